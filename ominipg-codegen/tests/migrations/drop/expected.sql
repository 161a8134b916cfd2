-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "posts" DROP CONSTRAINT "posts_authorId_fkey";

DROP TABLE "posts";

ALTER TABLE "users" DROP COLUMN "mood";

DROP TYPE "mood";
