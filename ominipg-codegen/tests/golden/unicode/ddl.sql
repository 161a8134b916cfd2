CREATE TABLE IF NOT EXISTS "größen" (
  "maß" text NOT NULL,
  "mensch" int8,
  "Ωμέγα" float8,
  "данные" jsonb,
  CONSTRAINT "größen_pkey" PRIMARY KEY ("maß")
);

CREATE TABLE IF NOT EXISTS "人々" (
  "id" int8 NOT NULL,
  "名前" text NOT NULL,
  "ärger" text,
  "straße" text,
  "naïve ""quotes""" text,
  "emoji" text NOT NULL DEFAULT E'🦀''\\',
  CONSTRAINT "人々_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "人々_straße_check" CHECK ("straße" IN ('schön', 'häßlich', 'Ähnlich'))
);

CREATE INDEX IF NOT EXISTS "größen_mensch_idx" ON "größen" ("mensch");

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'größen_mensch_fkey' AND conrelid = to_regclass('"größen"')) THEN
    ALTER TABLE "größen" ADD CONSTRAINT "größen_mensch_fkey" FOREIGN KEY ("mensch") REFERENCES "人々" ("id") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF obj_description(to_regclass('"人々"'), 'pg_class') IS DISTINCT FROM '人' THEN
    COMMENT ON TABLE "人々" IS '人';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"人々"') AND attname = '名前') IS DISTINCT FROM '👩‍🔬 a name, in any script' THEN
    COMMENT ON COLUMN "人々"."名前" IS '👩‍🔬 a name, in any script';
  END IF;
END $ominipg$;

