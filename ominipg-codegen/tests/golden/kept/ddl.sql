CREATE TABLE IF NOT EXISTS "articles" (
  "id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "slug" text NOT NULL,
  "title" text NOT NULL,
  "body" text NOT NULL,
  "secret" text,
  "old" text,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "updatedAt" timestamptz NOT NULL DEFAULT now(),
  "removedAt" timestamptz,
  "revision" int4 NOT NULL DEFAULT 1,
  CONSTRAINT "articles_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "articles_slug_key" UNIQUE ("slug"),
  CONSTRAINT "articles_slug_pattern" CHECK ("slug" ~ E'^[a-z\\-]+$')
);

CREATE TABLE IF NOT EXISTS "notes" (
  "id" uuid NOT NULL,
  "text" text NOT NULL,
  "revision" int8,
  "version" int4 NOT NULL DEFAULT 1,
  CONSTRAINT "notes_pkey" PRIMARY KEY ("id")
);

CREATE INDEX IF NOT EXISTS "articles_title_body_search_idx" ON "articles" USING gin (to_tsvector('simple', coalesce("title", '') || ' ' || coalesce("body", '')));

DO $ominipg$ BEGIN
  IF obj_description(to_regclass('"articles"'), 'pg_class') IS DISTINCT FROM 'Versioned, searched, and never quite gone.' THEN
    COMMENT ON TABLE "articles" IS 'Versioned, searched, and never quite gone.';
  END IF;
END $ominipg$;

