-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "users" ALTER COLUMN "age" TYPE int8 USING "age"::int8;
