-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

DROP INDEX "users_mood_7a2adc_idx";

ALTER TYPE "mood" RENAME TO "ominipg_0d5cfaa2c43877be";

CREATE TYPE "mood" AS ENUM ('fair', 'good');

ALTER TABLE "users" ALTER COLUMN "mood" DROP DEFAULT;

ALTER TABLE "users" ALTER COLUMN "mood" TYPE "mood" USING "mood"::text::"mood";

ALTER TABLE "users" ALTER COLUMN "mood" SET DEFAULT 'fair';

CREATE INDEX "users_mood_7a2adc_idx" ON "users" ("mood") WHERE "mood" = 'good';

DROP TYPE "ominipg_0d5cfaa2c43877be";
