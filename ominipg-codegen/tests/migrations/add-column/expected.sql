-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "users" ADD COLUMN "nick" text;

ALTER TABLE "users" ADD COLUMN "score" int8 NOT NULL DEFAULT 0;

ALTER TABLE "users" ADD COLUMN "at" timestamptz NOT NULL DEFAULT now();

ALTER TABLE "users" ADD CONSTRAINT "users_score_minimum" CHECK ("score" >= 0);
