-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "users" DROP CONSTRAINT "users_role_check";

CREATE TYPE "user_role" AS ENUM ('a', 'b');

ALTER TABLE "users" ALTER COLUMN "role" DROP DEFAULT;

ALTER TABLE "users" ALTER COLUMN "role" TYPE "user_role" USING "role"::"user_role";

ALTER TABLE "users" ALTER COLUMN "role" SET DEFAULT 'a';

ALTER TABLE "users" ALTER COLUMN "mood" TYPE text USING "mood"::text;

DROP TYPE "mood";
