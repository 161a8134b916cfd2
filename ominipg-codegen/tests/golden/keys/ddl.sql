CREATE TABLE IF NOT EXISTS "accounts" (
  "tenant" text NOT NULL,
  "number" int4 NOT NULL,
  "label" varchar(40) NOT NULL,
  "closed" date,
  "parent" int4,
  CONSTRAINT "accounts_pkey" PRIMARY KEY ("tenant", "number"),
  CONSTRAINT "accounts_tenant_label_key" UNIQUE ("tenant", "label"),
  CONSTRAINT "accounts_tenant_pattern" CHECK ("tenant" ~ '^[a-z]+$')
);

CREATE TABLE IF NOT EXISTS "carriers" (
  "code" text NOT NULL,
  "name" text NOT NULL,
  CONSTRAINT "carriers_pkey" PRIMARY KEY ("code"),
  CONSTRAINT "carriers_code_min_length" CHECK (char_length("code") >= 2),
  CONSTRAINT "carriers_code_max_length" CHECK (char_length("code") <= 2),
  CONSTRAINT "carriers_name_min_length" CHECK (char_length("name") >= 1)
);

CREATE TABLE IF NOT EXISTS "cities" (
  "id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "name" text NOT NULL,
  CONSTRAINT "cities_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "cities_name_min_length" CHECK (char_length("name") >= 1)
);

CREATE TABLE IF NOT EXISTS "tenants" (
  "code" text NOT NULL,
  CONSTRAINT "tenants_pkey" PRIMARY KEY ("code"),
  CONSTRAINT "tenants_code_pattern" CHECK ("code" ~ '^[a-z]+$')
);

CREATE TABLE IF NOT EXISTS "transfers" (
  "id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "tenant" text NOT NULL,
  "targetNumber" int4 NOT NULL,
  "sourceNumber" int4 NOT NULL,
  "carrier" text,
  "originCity" uuid,
  "destinationCity" uuid,
  "previousId" uuid,
  CONSTRAINT "transfers_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "transfers_carrier_min_length" CHECK (char_length("carrier") >= 2),
  CONSTRAINT "transfers_carrier_max_length" CHECK (char_length("carrier") <= 2)
);

CREATE INDEX IF NOT EXISTS "accounts_label_idx" ON "accounts" ("label");

CREATE INDEX IF NOT EXISTS "accounts_label_caa918_idx" ON "accounts" ("label") WHERE "closed" IS NULL;

CREATE INDEX IF NOT EXISTS "transfers_tenant_targetNumber_idx" ON "transfers" ("tenant", "targetNumber");

CREATE INDEX IF NOT EXISTS "transfers_originCity_idx" ON "transfers" ("originCity");

CREATE INDEX IF NOT EXISTS "transfers_destinationCity_idx" ON "transfers" ("destinationCity");

CREATE INDEX IF NOT EXISTS "transfers_previousId_idx" ON "transfers" ("previousId");

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'accounts_tenant_fkey' AND conrelid = to_regclass('"accounts"')) THEN
    ALTER TABLE "accounts" ADD CONSTRAINT "accounts_tenant_fkey" FOREIGN KEY ("tenant") REFERENCES "tenants" ("code") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'transfers_tenant_targetNumber_fkey' AND conrelid = to_regclass('"transfers"')) THEN
    ALTER TABLE "transfers" ADD CONSTRAINT "transfers_tenant_targetNumber_fkey" FOREIGN KEY ("tenant", "targetNumber") REFERENCES "accounts" ("tenant", "number") ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'transfers_originCity_fkey' AND conrelid = to_regclass('"transfers"')) THEN
    ALTER TABLE "transfers" ADD CONSTRAINT "transfers_originCity_fkey" FOREIGN KEY ("originCity") REFERENCES "cities" ("id") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'transfers_destinationCity_fkey' AND conrelid = to_regclass('"transfers"')) THEN
    ALTER TABLE "transfers" ADD CONSTRAINT "transfers_destinationCity_fkey" FOREIGN KEY ("destinationCity") REFERENCES "cities" ("id") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'transfers_previousId_fkey' AND conrelid = to_regclass('"transfers"')) THEN
    ALTER TABLE "transfers" ADD CONSTRAINT "transfers_previousId_fkey" FOREIGN KEY ("previousId") REFERENCES "transfers" ("id") ON DELETE SET NULL DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"carriers"') AND attname = 'name') IS DISTINCT FROM 'What people call it.' THEN
    COMMENT ON COLUMN "carriers"."name" IS 'What people call it.';
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"cities"') AND attname = 'name') IS DISTINCT FROM 'What people call it.' THEN
    COMMENT ON COLUMN "cities"."name" IS 'What people call it.';
  END IF;
END $ominipg$;

