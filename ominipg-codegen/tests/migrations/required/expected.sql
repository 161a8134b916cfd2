-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

-- It fails where a row has no "name": fill those before, here or in a migration of its own.
ALTER TABLE "users" ADD CONSTRAINT "ominipg_c4bcadba8e631b86" CHECK ("name" IS NOT NULL) NOT VALID;

ALTER TABLE "users" VALIDATE CONSTRAINT "ominipg_c4bcadba8e631b86";

ALTER TABLE "users" ALTER COLUMN "name" SET NOT NULL;

ALTER TABLE "users" DROP CONSTRAINT "ominipg_c4bcadba8e631b86";

ALTER TABLE "users" ALTER COLUMN "nick" DROP NOT NULL;
