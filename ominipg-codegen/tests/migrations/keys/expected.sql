-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "posts" DROP CONSTRAINT "posts_userId_fkey";

ALTER TABLE "users" DROP CONSTRAINT "users_pkey";

ALTER TABLE "users" DROP CONSTRAINT "users_code_key";

ALTER TABLE "users" ADD CONSTRAINT "users_pkey" PRIMARY KEY ("tenant", "id");

ALTER TABLE "users" ADD CONSTRAINT "users_id_key" UNIQUE ("id");

ALTER TABLE "users" ADD CONSTRAINT "users_tenant_code_key" UNIQUE ("tenant", "code");

ALTER TABLE "posts" ADD CONSTRAINT "posts_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users" ("id") DEFERRABLE INITIALLY IMMEDIATE;
