-- 0002_kinds: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "notes" RENAME COLUMN "body" TO "text";

CREATE TYPE "note_kind" AS ENUM ('idea', 'task');

ALTER TABLE "notes" ADD COLUMN "kind" "note_kind" NOT NULL DEFAULT 'idea';

ALTER TABLE "notes" ADD COLUMN "madeAt" timestamptz NOT NULL DEFAULT now();

ALTER TABLE "notes" ADD COLUMN "parentId" int8;

ALTER TABLE "notes" ADD CONSTRAINT "notes_title_key" UNIQUE ("title");

CREATE INDEX "notes_madeAt_idx" ON "notes" ("madeAt");

CREATE INDEX "notes_parentId_idx" ON "notes" ("parentId");

ALTER TABLE "notes" ADD CONSTRAINT "notes_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "notes" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE;

COMMENT ON TABLE "notes" IS 'Note';
