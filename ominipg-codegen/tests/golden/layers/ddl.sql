CREATE TABLE IF NOT EXISTS "places" (
  "id" int8 NOT NULL,
  "owner" text NOT NULL,
  "note" text,
  "lat" float8 NOT NULL,
  CONSTRAINT "places_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "places_owner_min_length" CHECK (char_length("owner") >= 1),
  CONSTRAINT "places_note_max_length" CHECK (char_length("note") <= 100),
  CONSTRAINT "places_lat_minimum" CHECK ("lat" >= -90),
  CONSTRAINT "places_lat_maximum" CHECK ("lat" <= 90)
);

CREATE TABLE IF NOT EXISTS "things" (
  "id" int8 NOT NULL,
  "title" text,
  "maybe" int8,
  "owner" text NOT NULL,
  "note" text,
  CONSTRAINT "things_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "things_title_max_length" CHECK (char_length("title") <= 100),
  CONSTRAINT "things_title_min_length" CHECK (char_length("title") >= 2),
  CONSTRAINT "things_owner_min_length" CHECK (char_length("owner") >= 1),
  CONSTRAINT "things_note_max_length" CHECK (char_length("note") <= 100)
);

