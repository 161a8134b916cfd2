CREATE TABLE IF NOT EXISTS "places" (
  "id" int8 NOT NULL,
  "owner" text NOT NULL,
  "note" text,
  "lat" float8 NOT NULL,
  CONSTRAINT "places_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "things" (
  "id" int8 NOT NULL,
  "title" text,
  "maybe" int8,
  "owner" text NOT NULL,
  "note" text,
  CONSTRAINT "things_pkey" PRIMARY KEY ("id")
);

