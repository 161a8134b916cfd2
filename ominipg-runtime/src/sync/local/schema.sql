-- What an embedded database has for sync: all of it may be run again without effect.
CREATE SCHEMA IF NOT EXISTS ominipg;

-- Who this database is to the server, and how far the server has its changes. Behind depth 0 stands who it was before it took
-- another name, because a copy of it went on under that one.
CREATE TABLE IF NOT EXISTS ominipg.replica (
  depth int4 PRIMARY KEY,
  id int8 NOT NULL,
  batch int8 NOT NULL,
  -- The last change that the server has, and the hybrid time of it.
  high int8 NOT NULL,
  time int8 NOT NULL,
  -- The time of the server by which the batch was stamped.
  referee int8 NOT NULL,
  hash bytea NOT NULL,
  acknowledged_at timestamptz
);

-- The last batches that the server acknowledged: a server that was set back to one of them is served again from there.
CREATE TABLE IF NOT EXISTS ominipg.batches (
  depth int4 NOT NULL,
  batch int8 NOT NULL,
  high int8 NOT NULL,
  time int8 NOT NULL,
  referee int8 NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (depth, batch)
);

-- What the columns of a table were when a change was captured. By their numbers they are known after they were renamed.
CREATE TABLE IF NOT EXISTS ominipg.layouts (
  id int4 PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  relation oid NOT NULL,
  name text NOT NULL,
  numbers int2[] NOT NULL,
  columns text[] NOT NULL,
  types text[] NOT NULL,
  generated bool[] NOT NULL,
  key text[] NOT NULL
);

-- The tables whose changes are captured.
CREATE TABLE IF NOT EXISTS ominipg.tracked (
  relation oid PRIMARY KEY,
  layout int4 NOT NULL REFERENCES ominipg.layouts
);

-- The names of the tables that are to be tracked, once they are there.
CREATE TABLE IF NOT EXISTS ominipg.wanted (name text PRIMARY KEY, policy text NOT NULL, columns jsonb NOT NULL);

-- The changes, in the order in which they were committed. What the server has acknowledged stays for a while.
CREATE TABLE IF NOT EXISTS ominipg.changes (
  seq int8 PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  tx xid8 NOT NULL,
  layout int4 NOT NULL,
  op "char" NOT NULL,
  at timestamptz NOT NULL,
  old bytea,
  new bytea
);
-- Compressing an image would cost more than it saves.
ALTER TABLE ominipg.changes ALTER COLUMN old SET STORAGE EXTERNAL, ALTER COLUMN new SET STORAGE EXTERNAL;

-- The numbers of sequences that this database has for itself.
CREATE TABLE IF NOT EXISTS ominipg.blocks (sequence text PRIMARY KEY, first int8 NOT NULL, last int8 NOT NULL);

-- Changes that the server refused, each with its reason; they wait for `retry_parked` or `discard_parked`.
CREATE TABLE IF NOT EXISTS ominipg.parked (
  seq int8 PRIMARY KEY,
  tx xid8 NOT NULL,
  layout int4 NOT NULL,
  op "char" NOT NULL,
  at timestamptz NOT NULL,
  old bytea,
  new bytea,
  code text NOT NULL,
  message text NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Triggers call these. An image is the row's binary form, which no setting changes. The time is asked once a statement: a call
-- for each row costs more than the row.
CREATE OR REPLACE FUNCTION ominipg.inserted() RETURNS trigger LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  wall timestamptz := clock_timestamp();
  xid xid8 := pg_current_xact_id();
  layout int4 := TG_ARGV[0];
BEGIN
  INSERT INTO ominipg.changes (tx, layout, op, at, new)
    SELECT xid, layout, 'I', wall, record_send(n.*) FROM new_rows n;
  RETURN NULL;
END $$;

-- The old and the new rows come in the same order, and so belong together. The join is a full one because none of those runs as
-- nested loops: PostgreSQL keeps the plan that suited an update of one row, and would use it for a million.
CREATE OR REPLACE FUNCTION ominipg.updated() RETURNS trigger LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  wall timestamptz := clock_timestamp();
  xid xid8 := pg_current_xact_id();
  layout int4 := TG_ARGV[0];
BEGIN
  INSERT INTO ominipg.changes (tx, layout, op, at, old, new)
    SELECT xid, layout, 'U', wall, o.image, n.image
    FROM (SELECT row_number() OVER () AS at, record_send(r.*) AS image FROM old_rows r) o
    FULL JOIN (SELECT row_number() OVER () AS at, record_send(r.*) AS image FROM new_rows r) n USING (at)
    ORDER BY at;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ominipg.deleted() RETURNS trigger LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  wall timestamptz := clock_timestamp();
  xid xid8 := pg_current_xact_id();
  layout int4 := TG_ARGV[0];
BEGIN
  INSERT INTO ominipg.changes (tx, layout, op, at, old)
    SELECT xid, layout, 'D', wall, record_send(o.*) FROM old_rows o;
  RETURN NULL;
END $$;

-- A truncation deletes the rows that are there, and none that this database has never seen.
CREATE OR REPLACE FUNCTION ominipg.truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'INSERT INTO ominipg.changes (tx, layout, op, at, old) '
    'SELECT pg_current_xact_id(), %L::int4, ''D'', clock_timestamp(), record_send(o.*) FROM %s o',
    TG_ARGV[0], TG_RELID::regclass);
  RETURN NULL;
END $$;

-- Lets all rows of a table wait to be sent.
CREATE OR REPLACE FUNCTION ominipg.send(wanted oid, layout int4) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'INSERT INTO ominipg.changes (tx, layout, op, at, new) '
    'SELECT pg_current_xact_id(), %s, ''I'', clock_timestamp(), record_send(o.*) FROM %s o', layout, wanted::regclass);
END $$;

-- Captures the changes of a table from now on, with the columns that it has now.
CREATE OR REPLACE FUNCTION ominipg.track(wanted oid) RETURNS void LANGUAGE plpgsql
SET client_min_messages = warning AS $$
DECLARE
  now_named text; now_numbers int2[]; now_columns text[]; now_types text[]; now_generated bool[]; now_key text[];
  found int4; current int4; unsendable text;
BEGIN
  SELECT relname INTO now_named FROM pg_catalog.pg_class WHERE oid = wanted;
  SELECT array_agg(attnum ORDER BY attnum), array_agg(attname::text ORDER BY attnum),
      array_agg(format_type(atttypid, -1) ORDER BY attnum), array_agg(attgenerated <> '' ORDER BY attnum)
    INTO now_numbers, now_columns, now_types, now_generated
    FROM pg_catalog.pg_attribute WHERE attrelid = wanted AND attnum > 0 AND NOT attisdropped;
  SELECT array_agg(a.attname::text ORDER BY k.place) INTO now_key
    FROM pg_catalog.pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place)
    JOIN pg_catalog.pg_attribute a ON a.attnum = k.number AND a.attrelid = wanted
    WHERE i.indrelid = wanted AND i.indisprimary;
  IF now_key IS NULL THEN
    RAISE EXCEPTION 'the table % has no primary key, and cannot be synced without', wanted::regclass USING ERRCODE = '55000';
  END IF;
  SELECT string_agg(a.attname, ', ') INTO unsendable
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = wanted AND a.attnum > 0 AND NOT a.attisdropped AND t.typsend = 0;
  IF unsendable IS NOT NULL THEN
    RAISE EXCEPTION 'the table % cannot be synced: the types of these columns have no binary form: %', wanted::regclass,
      unsendable USING ERRCODE = '55000';
  END IF;
  SELECT id INTO found FROM ominipg.layouts
    WHERE relation = wanted AND name = now_named AND numbers = now_numbers AND columns = now_columns AND types = now_types AND generated = now_generated
      AND key = now_key;
  IF found IS NULL THEN
    INSERT INTO ominipg.layouts (relation, name, numbers, columns, types, generated, key)
      VALUES (wanted, now_named, now_numbers, now_columns, now_types, now_generated, now_key) RETURNING id INTO found;
  END IF;
  SELECT layout INTO current FROM ominipg.tracked WHERE relation = wanted;
  IF current IS NOT DISTINCT FROM found AND 4 = (
    SELECT count(*) FROM pg_catalog.pg_trigger
    WHERE tgrelid = wanted AND tgname LIKE 'ominipg\_%' AND tgenabled = 'A') THEN
    RETURN;
  END IF;
  IF current IS NULL THEN
    -- What is there already is sent too.
    PERFORM ominipg.send(wanted, found);
  END IF;
  INSERT INTO ominipg.tracked VALUES (wanted, found) ON CONFLICT (relation) DO UPDATE SET layout = EXCLUDED.layout;
  EXECUTE format(
    'DROP TRIGGER IF EXISTS ominipg_insert ON %1$s; DROP TRIGGER IF EXISTS ominipg_update ON %1$s;'
    'DROP TRIGGER IF EXISTS ominipg_delete ON %1$s; DROP TRIGGER IF EXISTS ominipg_truncate ON %1$s;'
    'CREATE TRIGGER ominipg_insert AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows '
    'FOR EACH STATEMENT EXECUTE FUNCTION ominipg.inserted(%2$s);'
    'CREATE TRIGGER ominipg_update AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '
    'FOR EACH STATEMENT EXECUTE FUNCTION ominipg.updated(%2$s);'
    'CREATE TRIGGER ominipg_delete AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows '
    'FOR EACH STATEMENT EXECUTE FUNCTION ominipg.deleted(%2$s);'
    'CREATE TRIGGER ominipg_truncate BEFORE TRUNCATE ON %1$s '
    'FOR EACH STATEMENT EXECUTE FUNCTION ominipg.truncated(%2$s);'
    'ALTER TABLE %1$s ENABLE ALWAYS TRIGGER ominipg_insert, ENABLE ALWAYS TRIGGER ominipg_update,'
    ' ENABLE ALWAYS TRIGGER ominipg_delete, ENABLE ALWAYS TRIGGER ominipg_truncate',
    wanted::regclass, found);
END $$;

-- Captures the changes of a table no longer.
CREATE OR REPLACE FUNCTION ominipg.untrack(old oid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM ominipg.tracked WHERE relation = old;
  IF EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = old) THEN
    EXECUTE format(
      'DROP TRIGGER ominipg_insert ON %1$s; DROP TRIGGER ominipg_update ON %1$s; DROP TRIGGER ominipg_delete ON %1$s;'
      'DROP TRIGGER ominipg_truncate ON %1$s', old::regclass);
  END IF;
END $$;

-- After a table was made or changed, its changes are captured as it is now.
CREATE OR REPLACE FUNCTION ominipg.follow() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ominipg.track(one) FROM (
    SELECT relation FROM ominipg.tracked WHERE EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = relation)
    UNION SELECT to_regclass(quote_ident(name))::oid FROM ominipg.wanted WHERE to_regclass(quote_ident(name)) IS NOT NULL
  ) all_of_them (one);
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtname = 'ominipg_follow') THEN
    CREATE EVENT TRIGGER ominipg_follow ON ddl_command_end
      WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'ALTER TYPE', 'ALTER DOMAIN')
      EXECUTE FUNCTION ominipg.follow();
    ALTER EVENT TRIGGER ominipg_follow ENABLE ALWAYS;
  END IF;
END $$;
