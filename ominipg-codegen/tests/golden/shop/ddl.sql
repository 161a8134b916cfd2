DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_type WHERE typname = 'currency' AND typnamespace = to_regnamespace(current_schema()::text)) THEN
    CREATE TYPE "currency" AS ENUM ('EUR', 'USD', 'JPY');
  END IF;
END $ominipg$;

CREATE TABLE IF NOT EXISTS "customers" (
  "shop" text NOT NULL,
  "number" int4 NOT NULL,
  "email" text NOT NULL,
  "name" text NOT NULL,
  "birthday" date,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "updatedAt" timestamptz NOT NULL DEFAULT now(),
  "deletedAt" timestamptz,
  CONSTRAINT "customers_pkey" PRIMARY KEY ("shop", "number"),
  CONSTRAINT "customers_shop_email_key" UNIQUE ("shop", "email"),
  CONSTRAINT "customers_shop_pattern" CHECK ("shop" ~ '^[a-z]{2,8}$'),
  CONSTRAINT "customers_number_minimum" CHECK ("number" >= 1),
  CONSTRAINT "customers_email_max_length" CHECK (char_length("email") <= 254),
  CONSTRAINT "customers_name_min_length" CHECK (char_length("name") >= 1)
);

CREATE TABLE IF NOT EXISTS "order_lines" (
  "shop" text NOT NULL,
  "order" int8 NOT NULL,
  "line" int2 NOT NULL,
  "sku" text NOT NULL,
  "quantity" int4 NOT NULL,
  CONSTRAINT "order_lines_pkey" PRIMARY KEY ("shop", "order", "line"),
  CONSTRAINT "order_lines_shop_pattern" CHECK ("shop" ~ '^[a-z]{2,8}$'),
  CONSTRAINT "order_lines_order_minimum" CHECK ("order" >= 1),
  CONSTRAINT "order_lines_line_minimum" CHECK ("line" >= 1),
  CONSTRAINT "order_lines_quantity_above" CHECK ("quantity" > 0)
);

CREATE TABLE IF NOT EXISTS "orders" (
  "shop" text NOT NULL,
  "number" int8 NOT NULL,
  "customerNumber" int4 NOT NULL,
  "state" text NOT NULL DEFAULT 'new',
  "address" jsonb,
  "placedAt" timestamptz NOT NULL DEFAULT now(),
  "changedAt" timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT "orders_pkey" PRIMARY KEY ("shop", "number"),
  CONSTRAINT "orders_shop_pattern" CHECK ("shop" ~ '^[a-z]{2,8}$'),
  CONSTRAINT "orders_number_minimum" CHECK ("number" >= 1),
  CONSTRAINT "orders_customerNumber_minimum" CHECK ("customerNumber" >= 1),
  CONSTRAINT "orders_state_check" CHECK ("state" IN ('new', 'paid', 'sent', 'returned'))
);

CREATE TABLE IF NOT EXISTS "products" (
  "shop" text NOT NULL,
  "sku" text NOT NULL,
  "title" text NOT NULL,
  "description" text NOT NULL DEFAULT '',
  "price" numeric(12, 2) NOT NULL,
  "stock" int4 NOT NULL DEFAULT 0,
  "attributes" jsonb NOT NULL DEFAULT '{}',
  "photos" text[] NOT NULL DEFAULT '{}',
  "version" int4 NOT NULL DEFAULT 1,
  CONSTRAINT "products_pkey" PRIMARY KEY ("shop", "sku"),
  CONSTRAINT "products_shop_pattern" CHECK ("shop" ~ '^[a-z]{2,8}$'),
  CONSTRAINT "products_sku_pattern" CHECK ("sku" ~ E'^[A-Z0-9\\-]+$'),
  CONSTRAINT "products_title_max_length" CHECK (char_length("title") <= 200),
  CONSTRAINT "products_photos_max_items" CHECK (cardinality("photos") <= 10)
);

CREATE TABLE IF NOT EXISTS "shops" (
  "code" text NOT NULL,
  "name" text NOT NULL,
  "currency" "currency" NOT NULL DEFAULT 'EUR',
  CONSTRAINT "shops_pkey" PRIMARY KEY ("code"),
  CONSTRAINT "shops_code_pattern" CHECK ("code" ~ '^[a-z]{2,8}$')
);

CREATE INDEX IF NOT EXISTS "orders_shop_customerNumber_idx" ON "orders" ("shop", "customerNumber");

CREATE INDEX IF NOT EXISTS "products_attributes_gin_idx" ON "products" USING gin ("attributes");

CREATE INDEX IF NOT EXISTS "products_shop_price_bb26f0_idx" ON "products" ("shop", "price") WHERE price > 0;

CREATE INDEX IF NOT EXISTS "products_title_description_search_idx" ON "products" USING gin (to_tsvector('english', coalesce("title", '') || ' ' || coalesce("description", '')));

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'customers_shop_fkey' AND conrelid = to_regclass('"customers"')) THEN
    ALTER TABLE "customers" ADD CONSTRAINT "customers_shop_fkey" FOREIGN KEY ("shop") REFERENCES "shops" ("code") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'order_lines_shop_order_fkey' AND conrelid = to_regclass('"order_lines"')) THEN
    ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_shop_order_fkey" FOREIGN KEY ("shop", "order") REFERENCES "orders" ("shop", "number") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'orders_shop_customerNumber_fkey' AND conrelid = to_regclass('"orders"')) THEN
    ALTER TABLE "orders" ADD CONSTRAINT "orders_shop_customerNumber_fkey" FOREIGN KEY ("shop", "customerNumber") REFERENCES "customers" ("shop", "number") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'products_shop_fkey' AND conrelid = to_regclass('"products"')) THEN
    ALTER TABLE "products" ADD CONSTRAINT "products_shop_fkey" FOREIGN KEY ("shop") REFERENCES "shops" ("code") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF obj_description(to_regclass('"customers"'), 'pg_class') IS DISTINCT FROM 'Somebody who buys.' THEN
    COMMENT ON TABLE "customers" IS 'Somebody who buys.';
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF obj_description(to_regclass('"shops"'), 'pg_class') IS DISTINCT FROM 'A shop.

Everything else belongs to one of them.' THEN
    COMMENT ON TABLE "shops" IS 'A shop.

Everything else belongs to one of them.';
  END IF;
END $ominipg$;

