-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "people" RENAME TO "users";

ALTER TABLE "users" RENAME COLUMN "mail" TO "email";

ALTER TABLE "posts" RENAME COLUMN "personId" TO "userId";

ALTER TABLE "posts" RENAME CONSTRAINT "posts_personId_fkey" TO "posts_userId_fkey";

ALTER INDEX "posts_personId_idx" RENAME TO "posts_userId_idx";

ALTER TABLE "users" RENAME CONSTRAINT "people_boss_fkey" TO "users_boss_fkey";

ALTER TABLE "users" RENAME CONSTRAINT "people_pkey" TO "users_pkey";

ALTER TABLE "users" RENAME CONSTRAINT "people_mail_key" TO "users_email_key";

ALTER TABLE "users" RENAME CONSTRAINT "people_mail_min_length" TO "users_email_min_length";

ALTER INDEX "people_mail_hash_idx" RENAME TO "users_email_hash_idx";

ALTER INDEX "people_boss_idx" RENAME TO "users_boss_idx";
