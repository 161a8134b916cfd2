-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "posts" DROP CONSTRAINT "posts_userId_fkey";

ALTER TABLE "posts" ALTER COLUMN "userId" TYPE int8;

ALTER TABLE "users" ALTER COLUMN "id" TYPE int8;

ALTER TABLE "posts" ADD CONSTRAINT "posts_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users" ("id") DEFERRABLE INITIALLY IMMEDIATE;
