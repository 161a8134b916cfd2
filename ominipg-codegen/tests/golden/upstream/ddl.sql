CREATE TABLE IF NOT EXISTS "accounts" (
  "id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "email" text NOT NULL,
  "plan" text NOT NULL DEFAULT 'free',
  "settings" jsonb NOT NULL DEFAULT '{}',
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT "accounts_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "accounts_email_key" UNIQUE ("email"),
  CONSTRAINT "accounts_plan_check" CHECK ("plan" IN ('free', 'pro'))
);

CREATE TABLE IF NOT EXISTS "projects" (
  "id" uuid NOT NULL,
  "name" text NOT NULL,
  "ownerId" uuid NOT NULL,
  "tags" text[],
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT "projects_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "projects_name_min_length" CHECK (char_length("name") >= 1)
);

CREATE TABLE IF NOT EXISTS "tasks" (
  "projectId" uuid NOT NULL,
  "number" int8 NOT NULL,
  "title" text NOT NULL,
  "done" bool NOT NULL DEFAULT false,
  "dueAt" timestamptz,
  CONSTRAINT "tasks_pkey" PRIMARY KEY ("projectId", "number")
);

CREATE INDEX IF NOT EXISTS "projects_tags_gin_idx" ON "projects" USING gin ("tags");

CREATE INDEX IF NOT EXISTS "projects_ownerId_idx" ON "projects" ("ownerId");

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'projects_ownerId_fkey' AND conrelid = to_regclass('"projects"')) THEN
    ALTER TABLE "projects" ADD CONSTRAINT "projects_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "accounts" ("id") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'tasks_projectId_fkey' AND conrelid = to_regclass('"tasks"')) THEN
    ALTER TABLE "tasks" ADD CONSTRAINT "tasks_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "projects" ("id") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

