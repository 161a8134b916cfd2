CREATE TABLE IF NOT EXISTS "shapes" (
  "id" int8 NOT NULL,
  "point" jsonb NOT NULL,
  "place" jsonb,
  "tree" jsonb,
  "kind" jsonb NOT NULL,
  "open" jsonb NOT NULL,
  "points" jsonb,
  "nullables" jsonb,
  "grid" jsonb,
  "pair" jsonb,
  "mixed" jsonb,
  "status" jsonb NOT NULL DEFAULT '{"state":"on"}',
  "twins" jsonb,
  "settings" jsonb,
  "limits" jsonb,
  CONSTRAINT "shapes_pkey" PRIMARY KEY ("id")
);

DO $ominipg$ BEGIN
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"shapes"') AND attname = 'point') IS DISTINCT FROM 'A point on the globe' THEN
    COMMENT ON COLUMN "shapes"."point" IS 'A point on the globe';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"shapes"') AND attname = 'kind') IS DISTINCT FROM 'One of two forms.' THEN
    COMMENT ON COLUMN "shapes"."kind" IS 'One of two forms.';
  END IF;
END $ominipg$;

