CREATE TABLE IF NOT EXISTS "airlines" (
  "carrier" text NOT NULL,
  "name" text NOT NULL,
  CONSTRAINT "airlines_pkey" PRIMARY KEY ("carrier")
);

CREATE TABLE IF NOT EXISTS "airports" (
  "faa" text NOT NULL,
  "name" text NOT NULL,
  "lat" float8 NOT NULL,
  "lon" float8 NOT NULL,
  "alt" int4 NOT NULL,
  "tz" int2 NOT NULL,
  "dst" text NOT NULL,
  "tzone" text,
  CONSTRAINT "airports_pkey" PRIMARY KEY ("faa"),
  CONSTRAINT "airports_dst_check" CHECK ("dst" IN ('A', 'U', 'N'))
);

CREATE TABLE IF NOT EXISTS "flights" (
  "year" int2 NOT NULL,
  "month" int2 NOT NULL,
  "day" int2 NOT NULL,
  "dep_time" int2,
  "sched_dep_time" int2 NOT NULL,
  "dep_delay" int2,
  "arr_time" int2,
  "sched_arr_time" int2 NOT NULL,
  "arr_delay" int2,
  "carrier" text NOT NULL,
  "flight" int4 NOT NULL,
  "tailnum" text,
  "origin" text NOT NULL,
  "dest" text NOT NULL,
  "air_time" int2,
  "distance" int2 NOT NULL,
  "hour" int2 NOT NULL,
  "minute" int2 NOT NULL,
  "time_hour" timestamptz NOT NULL,
  CONSTRAINT "flights_pkey" PRIMARY KEY ("time_hour", "carrier", "flight")
);

CREATE TABLE IF NOT EXISTS "planes" (
  "tailnum" text NOT NULL,
  "year" int2,
  "type" text NOT NULL,
  "manufacturer" text NOT NULL,
  "model" text NOT NULL,
  "engines" int2 NOT NULL,
  "seats" int2 NOT NULL,
  "speed" int2,
  "engine" text NOT NULL,
  CONSTRAINT "planes_pkey" PRIMARY KEY ("tailnum"),
  CONSTRAINT "planes_type_check" CHECK ("type" IN ('Fixed wing multi engine', 'Fixed wing single engine', 'Rotorcraft')),
  CONSTRAINT "planes_engine_check" CHECK ("engine" IN ('Turbo-fan', 'Turbo-jet', 'Turbo-prop', 'Turbo-shaft', 'Reciprocating', '4 Cycle'))
);

CREATE TABLE IF NOT EXISTS "weather" (
  "origin" text NOT NULL,
  "year" int2 NOT NULL,
  "month" int2 NOT NULL,
  "day" int2 NOT NULL,
  "hour" int2 NOT NULL,
  "temp" float8,
  "dewp" float8,
  "humid" float8,
  "wind_dir" int2,
  "wind_speed" float8,
  "wind_gust" float8,
  "precip" float8 NOT NULL,
  "pressure" float8,
  "visib" float8 NOT NULL,
  "time_hour" timestamptz NOT NULL,
  CONSTRAINT "weather_pkey" PRIMARY KEY ("origin", "time_hour")
);

CREATE INDEX IF NOT EXISTS "flights_tailnum_idx" ON "flights" ("tailnum");

CREATE INDEX IF NOT EXISTS "flights_dest_idx" ON "flights" ("dest");

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'weather_origin_fkey' AND conrelid = to_regclass('"weather"')) THEN
    ALTER TABLE "weather" ADD CONSTRAINT "weather_origin_fkey" FOREIGN KEY ("origin") REFERENCES "airports" ("faa") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

