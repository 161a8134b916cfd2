-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "users" DROP CONSTRAINT "users_age_minimum";

ALTER TABLE "users" DROP CONSTRAINT "users_name_max_length";

ALTER TABLE "users" DROP CONSTRAINT "users_role_check";

ALTER TABLE "users" ADD CONSTRAINT "users_age_minimum" CHECK ("age" >= 1);

ALTER TABLE "users" ADD CONSTRAINT "users_role_check" CHECK ("role" IN ('a', 'b', 'c'));

COMMENT ON TABLE "users" IS 'Users

Who they are';
