-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

CREATE TABLE "posts" (
  "id" int8 NOT NULL,
  "authorId" int8 NOT NULL,
  "title" text NOT NULL,
  CONSTRAINT "posts_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "posts_title_max_length" CHECK (char_length("title") <= 80)
);

CREATE INDEX "posts_title_idx" ON "posts" ("title");

CREATE INDEX "posts_authorId_idx" ON "posts" ("authorId");

ALTER TABLE "posts" ADD CONSTRAINT "posts_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "users" ("id") DEFERRABLE INITIALLY IMMEDIATE;

COMMENT ON TABLE "posts" IS 'Posts';
