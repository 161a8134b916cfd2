-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

COMMENT ON TABLE "users" IS NULL;

COMMENT ON COLUMN "users"."a" IS 'New.';

COMMENT ON COLUMN "users"."b" IS NULL;
