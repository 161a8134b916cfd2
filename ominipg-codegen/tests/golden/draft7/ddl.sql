CREATE TABLE IF NOT EXISTS "devices" (
  "id" text NOT NULL,
  "at" jsonb NOT NULL,
  "path" jsonb,
  "pair" jsonb,
  CONSTRAINT "devices_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "devices_id_min_length" CHECK (char_length("id") >= 1)
);

