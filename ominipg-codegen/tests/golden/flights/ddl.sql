CREATE TABLE IF NOT EXISTS "airlines" (
  "carrier" text NOT NULL,
  "name" text NOT NULL,
  CONSTRAINT "airlines_pkey" PRIMARY KEY ("carrier"),
  CONSTRAINT "airlines_carrier_min_length" CHECK (char_length("carrier") >= 2),
  CONSTRAINT "airlines_carrier_max_length" CHECK (char_length("carrier") <= 2),
  CONSTRAINT "airlines_name_min_length" CHECK (char_length("name") >= 1)
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
  CONSTRAINT "airports_faa_min_length" CHECK (char_length("faa") >= 3),
  CONSTRAINT "airports_faa_max_length" CHECK (char_length("faa") <= 3),
  CONSTRAINT "airports_lat_minimum" CHECK ("lat" >= -90),
  CONSTRAINT "airports_lat_maximum" CHECK ("lat" <= 90),
  CONSTRAINT "airports_lon_minimum" CHECK ("lon" >= -180),
  CONSTRAINT "airports_lon_maximum" CHECK ("lon" <= 180),
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
  CONSTRAINT "flights_pkey" PRIMARY KEY ("time_hour", "carrier", "flight"),
  CONSTRAINT "flights_month_minimum" CHECK ("month" >= 1),
  CONSTRAINT "flights_month_maximum" CHECK ("month" <= 12),
  CONSTRAINT "flights_day_minimum" CHECK ("day" >= 1),
  CONSTRAINT "flights_day_maximum" CHECK ("day" <= 31)
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
  CONSTRAINT "planes_tailnum_min_length" CHECK (char_length("tailnum") >= 5),
  CONSTRAINT "planes_tailnum_max_length" CHECK (char_length("tailnum") <= 6),
  CONSTRAINT "planes_type_check" CHECK ("type" IN ('Fixed wing multi engine', 'Fixed wing single engine', 'Rotorcraft')),
  CONSTRAINT "planes_engines_minimum" CHECK ("engines" >= 1),
  CONSTRAINT "planes_seats_minimum" CHECK ("seats" >= 1),
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
  CONSTRAINT "weather_pkey" PRIMARY KEY ("origin", "time_hour"),
  CONSTRAINT "weather_origin_min_length" CHECK (char_length("origin") >= 3),
  CONSTRAINT "weather_origin_max_length" CHECK (char_length("origin") <= 3)
);

CREATE INDEX IF NOT EXISTS "flights_tailnum_idx" ON "flights" ("tailnum");

CREATE INDEX IF NOT EXISTS "flights_dest_idx" ON "flights" ("dest");

DO $ominipg$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = 'weather_origin_fkey' AND conrelid = to_regclass('"weather"')) THEN
    ALTER TABLE "weather" ADD CONSTRAINT "weather_origin_fkey" FOREIGN KEY ("origin") REFERENCES "airports" ("faa") DEFERRABLE INITIALLY IMMEDIATE;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF obj_description(to_regclass('"airlines"'), 'pg_class') IS DISTINCT FROM 'Airline

An airline that flew from New York City in 2013.' THEN
    COMMENT ON TABLE "airlines" IS 'Airline

An airline that flew from New York City in 2013.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"airlines"') AND attname = 'carrier') IS DISTINCT FROM 'The two-letter code.' THEN
    COMMENT ON COLUMN "airlines"."carrier" IS 'The two-letter code.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"airlines"') AND attname = 'name') IS DISTINCT FROM 'The full name.' THEN
    COMMENT ON COLUMN "airlines"."name" IS 'The full name.';
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF obj_description(to_regclass('"airports"'), 'pg_class') IS DISTINCT FROM 'Airport

An airport.' THEN
    COMMENT ON TABLE "airports" IS 'Airport

An airport.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"airports"') AND attname = 'faa') IS DISTINCT FROM 'The FAA''s code.' THEN
    COMMENT ON COLUMN "airports"."faa" IS 'The FAA''s code.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"airports"') AND attname = 'name') IS DISTINCT FROM 'The usual name.' THEN
    COMMENT ON COLUMN "airports"."name" IS 'The usual name.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"airports"') AND attname = 'lat') IS DISTINCT FROM 'Degrees north.' THEN
    COMMENT ON COLUMN "airports"."lat" IS 'Degrees north.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"airports"') AND attname = 'lon') IS DISTINCT FROM 'Degrees east.' THEN
    COMMENT ON COLUMN "airports"."lon" IS 'Degrees east.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"airports"') AND attname = 'alt') IS DISTINCT FROM 'Altitude in feet.' THEN
    COMMENT ON COLUMN "airports"."alt" IS 'Altitude in feet.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"airports"') AND attname = 'tz') IS DISTINCT FROM 'Hours from UTC, without daylight saving.' THEN
    COMMENT ON COLUMN "airports"."tz" IS 'Hours from UTC, without daylight saving.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"airports"') AND attname = 'dst') IS DISTINCT FROM 'Daylight saving: as in the USA (A), unknown (U), none (N).' THEN
    COMMENT ON COLUMN "airports"."dst" IS 'Daylight saving: as in the USA (A), unknown (U), none (N).';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"airports"') AND attname = 'tzone') IS DISTINCT FROM 'The IANA time zone.' THEN
    COMMENT ON COLUMN "airports"."tzone" IS 'The IANA time zone.';
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF obj_description(to_regclass('"flights"'), 'pg_class') IS DISTINCT FROM 'Flight

A flight that was scheduled to leave New York City in 2013.

The data is loaded as it was published: it names planes and destinations that its own tables do not have, so what flights refer to is not enforced by foreign keys, and what a relation leads to may be missing.' THEN
    COMMENT ON TABLE "flights" IS 'Flight

A flight that was scheduled to leave New York City in 2013.

The data is loaded as it was published: it names planes and destinations that its own tables do not have, so what flights refer to is not enforced by foreign keys, and what a relation leads to may be missing.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'year') IS DISTINCT FROM 'Local year.' THEN
    COMMENT ON COLUMN "flights"."year" IS 'Local year.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'month') IS DISTINCT FROM 'Local month.' THEN
    COMMENT ON COLUMN "flights"."month" IS 'Local month.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'day') IS DISTINCT FROM 'Local day of the month.' THEN
    COMMENT ON COLUMN "flights"."day" IS 'Local day of the month.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'dep_time') IS DISTINCT FROM 'Local time of departure, as in 517 for 05:17; null if it was cancelled.' THEN
    COMMENT ON COLUMN "flights"."dep_time" IS 'Local time of departure, as in 517 for 05:17; null if it was cancelled.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'sched_dep_time') IS DISTINCT FROM 'Scheduled local time of departure.' THEN
    COMMENT ON COLUMN "flights"."sched_dep_time" IS 'Scheduled local time of departure.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'dep_delay') IS DISTINCT FROM 'Minutes late at departure; negative is early.' THEN
    COMMENT ON COLUMN "flights"."dep_delay" IS 'Minutes late at departure; negative is early.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'arr_time') IS DISTINCT FROM 'Local time of arrival.' THEN
    COMMENT ON COLUMN "flights"."arr_time" IS 'Local time of arrival.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'sched_arr_time') IS DISTINCT FROM 'Scheduled local time of arrival.' THEN
    COMMENT ON COLUMN "flights"."sched_arr_time" IS 'Scheduled local time of arrival.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'arr_delay') IS DISTINCT FROM 'Minutes late at arrival; negative is early.' THEN
    COMMENT ON COLUMN "flights"."arr_delay" IS 'Minutes late at arrival; negative is early.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'carrier') IS DISTINCT FROM 'The airline''s code; too few to be worth an index.' THEN
    COMMENT ON COLUMN "flights"."carrier" IS 'The airline''s code; too few to be worth an index.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'flight') IS DISTINCT FROM 'The flight number.' THEN
    COMMENT ON COLUMN "flights"."flight" IS 'The flight number.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'tailnum') IS DISTINCT FROM 'The plane''s tail number.' THEN
    COMMENT ON COLUMN "flights"."tailnum" IS 'The plane''s tail number.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'origin') IS DISTINCT FROM 'The FAA code of the airport it leaves from; too few to be worth an index.' THEN
    COMMENT ON COLUMN "flights"."origin" IS 'The FAA code of the airport it leaves from; too few to be worth an index.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'dest') IS DISTINCT FROM 'The destination''s FAA code.' THEN
    COMMENT ON COLUMN "flights"."dest" IS 'The destination''s FAA code.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'air_time') IS DISTINCT FROM 'Minutes in the air.' THEN
    COMMENT ON COLUMN "flights"."air_time" IS 'Minutes in the air.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'distance') IS DISTINCT FROM 'Miles between the airports.' THEN
    COMMENT ON COLUMN "flights"."distance" IS 'Miles between the airports.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'hour') IS DISTINCT FROM 'Scheduled hour of departure.' THEN
    COMMENT ON COLUMN "flights"."hour" IS 'Scheduled hour of departure.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'minute') IS DISTINCT FROM 'Scheduled minute of departure.' THEN
    COMMENT ON COLUMN "flights"."minute" IS 'Scheduled minute of departure.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"flights"') AND attname = 'time_hour') IS DISTINCT FROM 'The scheduled hour of departure, as an instant.' THEN
    COMMENT ON COLUMN "flights"."time_hour" IS 'The scheduled hour of departure, as an instant.';
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF obj_description(to_regclass('"planes"'), 'pg_class') IS DISTINCT FROM 'Plane

An aircraft, by its tail number.' THEN
    COMMENT ON TABLE "planes" IS 'Plane

An aircraft, by its tail number.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"planes"') AND attname = 'tailnum') IS DISTINCT FROM 'The tail number.' THEN
    COMMENT ON COLUMN "planes"."tailnum" IS 'The tail number.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"planes"') AND attname = 'year') IS DISTINCT FROM 'The year it was made.' THEN
    COMMENT ON COLUMN "planes"."year" IS 'The year it was made.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"planes"') AND attname = 'type') IS DISTINCT FROM 'The kind of aircraft.' THEN
    COMMENT ON COLUMN "planes"."type" IS 'The kind of aircraft.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"planes"') AND attname = 'manufacturer') IS DISTINCT FROM 'Who made it.' THEN
    COMMENT ON COLUMN "planes"."manufacturer" IS 'Who made it.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"planes"') AND attname = 'model') IS DISTINCT FROM 'The model.' THEN
    COMMENT ON COLUMN "planes"."model" IS 'The model.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"planes"') AND attname = 'engines') IS DISTINCT FROM 'How many engines it has.' THEN
    COMMENT ON COLUMN "planes"."engines" IS 'How many engines it has.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"planes"') AND attname = 'seats') IS DISTINCT FROM 'How many seats it has.' THEN
    COMMENT ON COLUMN "planes"."seats" IS 'How many seats it has.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"planes"') AND attname = 'speed') IS DISTINCT FROM 'Cruising speed in miles an hour.' THEN
    COMMENT ON COLUMN "planes"."speed" IS 'Cruising speed in miles an hour.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"planes"') AND attname = 'engine') IS DISTINCT FROM 'The kind of engine.' THEN
    COMMENT ON COLUMN "planes"."engine" IS 'The kind of engine.';
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF obj_description(to_regclass('"weather"'), 'pg_class') IS DISTINCT FROM 'Weather

The weather at one of the three airports in one hour.' THEN
    COMMENT ON TABLE "weather" IS 'Weather

The weather at one of the three airports in one hour.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'year') IS DISTINCT FROM 'Local year.' THEN
    COMMENT ON COLUMN "weather"."year" IS 'Local year.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'month') IS DISTINCT FROM 'Local month.' THEN
    COMMENT ON COLUMN "weather"."month" IS 'Local month.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'day') IS DISTINCT FROM 'Local day of the month.' THEN
    COMMENT ON COLUMN "weather"."day" IS 'Local day of the month.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'hour') IS DISTINCT FROM 'Local hour.' THEN
    COMMENT ON COLUMN "weather"."hour" IS 'Local hour.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'temp') IS DISTINCT FROM 'Temperature in °F.' THEN
    COMMENT ON COLUMN "weather"."temp" IS 'Temperature in °F.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'dewp') IS DISTINCT FROM 'Dew point in °F.' THEN
    COMMENT ON COLUMN "weather"."dewp" IS 'Dew point in °F.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'humid') IS DISTINCT FROM 'Relative humidity in per cent.' THEN
    COMMENT ON COLUMN "weather"."humid" IS 'Relative humidity in per cent.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'wind_dir') IS DISTINCT FROM 'Wind direction in degrees.' THEN
    COMMENT ON COLUMN "weather"."wind_dir" IS 'Wind direction in degrees.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'wind_speed') IS DISTINCT FROM 'Wind speed in miles an hour.' THEN
    COMMENT ON COLUMN "weather"."wind_speed" IS 'Wind speed in miles an hour.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'wind_gust') IS DISTINCT FROM 'Gust speed in miles an hour.' THEN
    COMMENT ON COLUMN "weather"."wind_gust" IS 'Gust speed in miles an hour.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'precip') IS DISTINCT FROM 'Precipitation in inches.' THEN
    COMMENT ON COLUMN "weather"."precip" IS 'Precipitation in inches.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'pressure') IS DISTINCT FROM 'Pressure at sea level in millibars.' THEN
    COMMENT ON COLUMN "weather"."pressure" IS 'Pressure at sea level in millibars.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'visib') IS DISTINCT FROM 'Visibility in miles.' THEN
    COMMENT ON COLUMN "weather"."visib" IS 'Visibility in miles.';
  END IF;
  IF (SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('"weather"') AND attname = 'time_hour') IS DISTINCT FROM 'The hour, as an instant.' THEN
    COMMENT ON COLUMN "weather"."time_hour" IS 'The hour, as an instant.';
  END IF;
END $ominipg$;

