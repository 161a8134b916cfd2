CREATE TABLE IF NOT EXISTS "a" (
  "id" uuid NOT NULL,
  CONSTRAINT "a_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "b" (
  "id" uuid NOT NULL,
  CONSTRAINT "b_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "c" (
  "id" uuid NOT NULL,
  CONSTRAINT "c_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "d" (
  "id" uuid NOT NULL,
  CONSTRAINT "d_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "parts" (
  "id" uuid NOT NULL,
  "name" text NOT NULL,
  "stock" int8 NOT NULL,
  "seen_at" timestamptz NOT NULL,
  CONSTRAINT "parts_pkey" PRIMARY KEY ("id")
);

