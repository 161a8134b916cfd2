CREATE TABLE IF NOT EXISTS "shapes" (
  "id" int8 NOT NULL,
  "point" jsonb NOT NULL,
  "place" jsonb,
  "tree" jsonb,
  "kind" jsonb NOT NULL,
  "open" jsonb NOT NULL,
  "points" jsonb,
  "nullables" jsonb,
  "grid" jsonb,
  "pair" jsonb,
  "mixed" jsonb,
  "status" jsonb NOT NULL DEFAULT '{"state":"on"}',
  "twins" jsonb,
  "settings" jsonb,
  "limits" jsonb,
  CONSTRAINT "shapes_pkey" PRIMARY KEY ("id")
);

