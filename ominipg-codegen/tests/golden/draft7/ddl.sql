CREATE TABLE IF NOT EXISTS "devices" (
  "id" text NOT NULL,
  "at" jsonb NOT NULL,
  "path" jsonb,
  "pair" jsonb,
  CONSTRAINT "devices_pkey" PRIMARY KEY ("id")
);

