-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "posts" DROP CONSTRAINT "posts_userId_fkey";

DROP INDEX "posts_tags_idx";

DROP INDEX "posts_userId_idx";

CREATE INDEX "posts_tags_gin_idx" ON "posts" USING gin ("tags");

ALTER TABLE "posts" ADD CONSTRAINT "posts_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users" ("id") ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE;
