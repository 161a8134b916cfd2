-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "users" DROP CONSTRAINT "users_age_minimum";

ALTER TABLE "users" DROP CONSTRAINT "users_ratio_maximum";

DROP INDEX "users_code_5dbed3_idx";

ALTER TABLE "users" ALTER COLUMN "age" TYPE int8;

ALTER TABLE "users" ALTER COLUMN "code" DROP DEFAULT;

ALTER TABLE "users" ALTER COLUMN "code" TYPE text USING "code"::text;

ALTER TABLE "users" ALTER COLUMN "code" SET DEFAULT 'none';

ALTER TABLE "users" ALTER COLUMN "short" TYPE varchar(20);

ALTER TABLE "users" ALTER COLUMN "ratio" TYPE float8;

ALTER TABLE "users" ALTER COLUMN "extra" TYPE jsonb USING to_jsonb("extra");

ALTER TABLE "users" ALTER COLUMN "list" TYPE int8[];

ALTER TABLE "users" ADD CONSTRAINT "users_age_minimum" CHECK ("age" >= 0);

ALTER TABLE "users" ADD CONSTRAINT "users_short_max_length" CHECK (char_length("short") <= 20);

ALTER TABLE "users" ADD CONSTRAINT "users_ratio_maximum" CHECK ("ratio" <= 0.5);

CREATE INDEX "users_code_5dbed3_idx" ON "users" ("code") WHERE "age" > 1;
