-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "users" ALTER COLUMN "a" SET DEFAULT 'y';

ALTER TABLE "users" ALTER COLUMN "b" DROP DEFAULT;

ALTER TABLE "users" ALTER COLUMN "b" DROP NOT NULL;

ALTER TABLE "users" ALTER COLUMN "c" SET DEFAULT 3;
