DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_type WHERE typname = 'item_kind' AND typnamespace = to_regnamespace(current_schema()::text)) THEN
    CREATE TYPE "item_kind" AS ENUM ('a', 'b');
  END IF;
END $ominipg$;

CREATE TABLE IF NOT EXISTS "items" (
  "tenant" text NOT NULL,
  "id" int8 NOT NULL,
  "code" text NOT NULL,
  "name" text NOT NULL,
  "price" float8 NOT NULL,
  "count" int8 NOT NULL,
  "ratio" float4 NOT NULL,
  "short" varchar(8) NOT NULL,
  "tags" text[] NOT NULL,
  "state" text NOT NULL DEFAULT 'new',
  "kind" "item_kind" NOT NULL,
  "fixed" text NOT NULL,
  "always" bool,
  "note" text,
  "extra" jsonb,
  "unchecked" int8 NOT NULL,
  CONSTRAINT "items_pkey" PRIMARY KEY ("tenant", "id"),
  CONSTRAINT "items_tenant_code_key" UNIQUE ("tenant", "code"),
  CONSTRAINT "items_code_pattern" CHECK ("code" ~ '^[A-Z]{2}-[0-9]+$'),
  CONSTRAINT "items_code_min_length" CHECK (char_length("code") >= 4),
  CONSTRAINT "items_code_max_length" CHECK (char_length("code") <= 12),
  CONSTRAINT "items_name_min_length" CHECK (char_length("name") >= 1),
  CONSTRAINT "items_price_minimum" CHECK ("price" >= 0),
  CONSTRAINT "items_price_below" CHECK ("price" < 1000000.0),
  CONSTRAINT "items_count_above" CHECK ("count" > -1),
  CONSTRAINT "items_count_maximum" CHECK ("count" <= 9000000000),
  CONSTRAINT "items_count_multiple_of" CHECK ("count" % 5 = 0),
  CONSTRAINT "items_ratio_minimum" CHECK ("ratio" >= -0.5),
  CONSTRAINT "items_ratio_maximum" CHECK ("ratio" <= 0.5),
  CONSTRAINT "items_short_max_length" CHECK (char_length("short") <= 8),
  CONSTRAINT "items_tags_min_items" CHECK (cardinality("tags") >= 1),
  CONSTRAINT "items_tags_max_items" CHECK (cardinality("tags") <= 5),
  CONSTRAINT "items_state_check" CHECK ("state" IN ('new', 'it''s')),
  CONSTRAINT "items_fixed_const" CHECK ("fixed" = 'x'),
  CONSTRAINT "items_always_const" CHECK ("always" = true),
  CONSTRAINT "items_note_max_length" CHECK (char_length("note") <= 100 AND char_length("note") <= 50)
);

CREATE TABLE IF NOT EXISTS "tenants" (
  "id" text NOT NULL,
  "plan" text NOT NULL,
  CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);

CREATE INDEX IF NOT EXISTS "items_tags_gin_idx" ON "items" USING gin ("tags");

CREATE INDEX IF NOT EXISTS "items_extra_gin_idx" ON "items" USING gin ("extra");

CREATE INDEX IF NOT EXISTS "items_price_56641d_idx" ON "items" ("price") WHERE "price" > 100;

DO $ominipg$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus') AND (SELECT relpersistence = 'p' FROM pg_catalog.pg_class WHERE oid = to_regclass('"tenants"')) THEN
    IF NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass('"tenants"')) THEN
      PERFORM create_reference_table('"tenants"');
    END IF;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus') AND (SELECT relpersistence = 'p' FROM pg_catalog.pg_class WHERE oid = to_regclass('"items"')) THEN
    IF NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass('"items"')) THEN
      PERFORM create_distributed_table('"items"', 'tenant');
    END IF;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'items_tenant_fkey' AND conrelid = to_regclass('"items"')) THEN
    ALTER TABLE "items" ADD CONSTRAINT "items_tenant_fkey" FOREIGN KEY ("tenant") REFERENCES "tenants" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF obj_description(to_regclass('"items"'), 'pg_class') IS DISTINCT FROM 'Item

What is sold, ''as is''.' THEN
    COMMENT ON TABLE "items" IS 'Item

What is sold, ''as is''.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"items"') AND attname = 'name') IS DISTINCT FROM 'How it is called.' THEN
    COMMENT ON COLUMN "items"."name" IS 'How it is called.';
  END IF;
END $ominipg$;

