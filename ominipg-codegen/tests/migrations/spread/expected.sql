-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

CREATE TABLE "codes" (
  "id" int8 NOT NULL,
  CONSTRAINT "codes_pkey" PRIMARY KEY ("id")
);

DO $ominipg$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus') THEN
    PERFORM undistribute_table('"users"');
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus') AND (SELECT relpersistence = 'p' FROM pg_catalog.pg_class WHERE oid = to_regclass('"codes"')) THEN
    IF NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass('"codes"')) THEN
      PERFORM create_reference_table('"codes"');
    END IF;
  END IF;
END $ominipg$;

DO $ominipg$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus') AND (SELECT relpersistence = 'p' FROM pg_catalog.pg_class WHERE oid = to_regclass('"users"')) THEN
    IF NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass('"users"')) THEN
      PERFORM create_distributed_table('"users"', 'id');
    END IF;
  END IF;
END $ominipg$;
