CREATE TABLE IF NOT EXISTS "posts" (
  "id" text NOT NULL,
  "title" text NOT NULL,
  "authorId" text NOT NULL,
  "changed" timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT "posts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "users" (
  "id" text NOT NULL DEFAULT gen_random_uuid()::text,
  "name" text NOT NULL,
  "state" text NOT NULL DEFAULT 'new',
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

CREATE INDEX IF NOT EXISTS "posts_authorId_idx" ON "posts" ("authorId");

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'posts_authorId_fkey' AND conrelid = to_regclass('"posts"')) THEN
    ALTER TABLE "posts" ADD CONSTRAINT "posts_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "users" ("id") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

