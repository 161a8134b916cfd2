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
END $$;
