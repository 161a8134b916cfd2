-- What a server has for sync, beside the tables themselves: all of it may be run again without effect.
CREATE SCHEMA IF NOT EXISTS ominipg;
-- When somebody last wrote each row of each synced table; named after the tables.
CREATE SCHEMA IF NOT EXISTS ominipg_rows;

-- How far each replica's changes are here. It is written in the transaction that writes the changes themselves.
CREATE TABLE IF NOT EXISTS ominipg.ledger (
  replica int8 PRIMARY KEY,
  batch int8 NOT NULL,
  high int8 NOT NULL,
  time int8 NOT NULL,
  referee int8 NOT NULL,
  hash bytea NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The last batches of each replica, with a number for each of their transactions: a copy of its folder finds here what was
-- sent already.
CREATE TABLE IF NOT EXISTS ominipg.batches (
  replica int8 NOT NULL,
  batch int8 NOT NULL,
  high int8 NOT NULL,
  time int8 NOT NULL,
  referee int8 NOT NULL,
  hash bytea NOT NULL,
  trail int8[] NOT NULL,
  PRIMARY KEY (replica, batch)
);

-- Where two changed the same row: what both had, and whose values stayed.
CREATE TABLE IF NOT EXISTS ominipg.conflicts (
  id int8 PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  replica int8 NOT NULL,
  batch int8 NOT NULL,
  table_name text NOT NULL,
  key bytea NOT NULL,
  winner text NOT NULL,
  reason text NOT NULL,
  -- The columns in which somebody lost a value; empty where the row as a whole was at stake.
  lost text[] NOT NULL,
  columns text[] NOT NULL,
  pushed bytea,
  pushed_time int8 NOT NULL,
  found_columns text[] NOT NULL,
  found bytea,
  found_time int8 NOT NULL,
  found_replica int8 NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Changes that this server refused, by their numbers in the replica's log.
CREATE TABLE IF NOT EXISTS ominipg.rejects (
  replica int8 NOT NULL,
  batch int8 NOT NULL,
  seq int8 NOT NULL,
  code text NOT NULL,
  message text NOT NULL,
  PRIMARY KEY (replica, batch, seq)
);

-- Whether the marks of a table have its key, with the names and types that it has now.
CREATE OR REPLACE FUNCTION ominipg.fits(wanted oid, marks oid) RETURNS bool LANGUAGE sql STABLE AS $$
  SELECT (SELECT string_agg(concat_ws(' ', quote_ident(a.attname), a.atttypid), ', ' ORDER BY a.attname)
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
      WHERE i.indisprimary AND i.indrelid = wanted)
    = (SELECT string_agg(concat_ws(' ', quote_ident(a.attname), a.atttypid), ', ' ORDER BY a.attname)
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
      WHERE i.indisprimary AND i.indrelid = marks)
$$;

-- Makes the marks of a table. Where its key has changed they are made anew, of those whose rows can still be found.
CREATE OR REPLACE FUNCTION ominipg.mark(wanted regclass, named text, key text[]) RETURNS void LANGUAGE plpgsql
SET client_min_messages = warning AS $$
DECLARE
  names text := (SELECT string_agg(quote_ident(k), ', ') FROM unnest(key) k);
  marks regclass := to_regclass('ominipg_rows.' || quote_ident(named));
  found bool := false;
  joined text;
BEGIN
  IF ominipg.fits(wanted, marks) THEN
    RETURN;
  END IF;
  IF marks IS NOT NULL THEN
    SELECT string_agg(format('o.%1$I = t.%1$I', m.attname), ' AND '), bool_and(a.attname IS NOT NULL) INTO joined, found
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute m ON m.attrelid = i.indrelid AND m.attnum = ANY (i.indkey)
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = wanted AND a.attname = m.attname AND NOT a.attisdropped
      WHERE i.indisprimary AND i.indrelid = marks;
    EXECUTE format('ALTER TABLE %s RENAME TO "ominipg old"', marks);
  END IF;
  EXECUTE format(
    'CREATE TABLE ominipg_rows.%I AS SELECT %s, 0::int8 AS ominipg_time, 0::int8 AS ominipg_replica, true AS ominipg_live, '
    'NULL::jsonb AS ominipg_columns FROM %s WITH NO DATA', named, names, wanted);
  EXECUTE format('ALTER TABLE ominipg_rows.%I ADD PRIMARY KEY (%s)', named, names);
  IF found THEN
    EXECUTE format(
      'INSERT INTO ominipg_rows.%I SELECT %s, ominipg_time, ominipg_replica, ominipg_live, ominipg_columns '
      'FROM %s t JOIN ominipg_rows."ominipg old" o ON %s', named,
      (SELECT string_agg(format('t.%I', k), ', ') FROM unnest(key) k), wanted, joined);
  END IF;
  DROP TABLE IF EXISTS ominipg_rows."ominipg old";
END $$;

-- The time of a write that no replica made: always later than what the row had.
CREATE OR REPLACE FUNCTION ominipg.stamp() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  -- The columns of the key.
  names text := (SELECT string_agg(quote_ident(a), ', ') FROM unnest(TG_ARGV) a);
  same text := (SELECT string_agg(format('o.%1$I = n.%1$I', a), ' AND ') FROM unnest(TG_ARGV) a);
  wall int8 := floor(extract(epoch FROM clock_timestamp()) * 1000)::int8 << 16;
BEGIN
  -- What a replica sends stamps itself; what its writes set off here is the server's own.
  IF pg_trigger_depth() = 1 AND current_setting('ominipg.applying', true) = 'on' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'TRUNCATE' THEN
    EXECUTE format(
      'INSERT INTO ominipg_rows.%1$I AS r (%2$s, ominipg_time, ominipg_replica, ominipg_live) SELECT %2$s, $1, 1, false FROM %3$s o '
      'ON CONFLICT (%2$s) DO UPDATE SET ominipg_time = greatest(EXCLUDED.ominipg_time, r.ominipg_time + 1), ominipg_replica = 1, ominipg_live = false, ominipg_columns = NULL',
      TG_TABLE_NAME, names, TG_RELID::regclass) USING wall;
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    EXECUTE format(
      'INSERT INTO ominipg_rows.%1$I AS r (%2$s, ominipg_time, ominipg_replica, ominipg_live) SELECT %2$s, $1, 1, false FROM old_rows o '
      '%3$s ON CONFLICT (%2$s) DO UPDATE SET ominipg_time = greatest(EXCLUDED.ominipg_time, r.ominipg_time + 1), ominipg_replica = 1, ominipg_live = false, ominipg_columns = NULL',
      TG_TABLE_NAME, names,
      CASE WHEN TG_OP = 'UPDATE' THEN format('WHERE NOT EXISTS (SELECT FROM new_rows n WHERE %s)', same) ELSE '' END)
      USING wall;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    EXECUTE format(
      'INSERT INTO ominipg_rows.%1$I AS r (%2$s, ominipg_time, ominipg_replica, ominipg_live) SELECT %2$s, $1, 1, true FROM new_rows n '
      'ON CONFLICT (%2$s) DO UPDATE SET ominipg_time = greatest(EXCLUDED.ominipg_time, r.ominipg_time + 1), ominipg_replica = 1, ominipg_live = true, ominipg_columns = NULL',
      TG_TABLE_NAME, names) USING wall;
  END IF;
  RETURN NULL;
EXCEPTION
  -- The table was renamed, or its key has another name or type. Who writes to it shall not fail for that.
  WHEN undefined_table OR undefined_column OR invalid_column_reference OR numeric_value_out_of_range OR datatype_mismatch
    OR string_data_right_truncation OR cardinality_violation THEN
    RAISE WARNING 'sync does not see who wrote to % until the next push has looked at its new name or key', TG_RELID::regclass;
    RETURN NULL;
END $$;
