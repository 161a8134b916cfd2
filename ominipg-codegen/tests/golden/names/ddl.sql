CREATE TABLE IF NOT EXISTS "core" (
  "id" int8 NOT NULL,
  "core" text,
  CONSTRAINT "core_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "crate" (
  "self" text NOT NULL,
  "crate" text,
  CONSTRAINT "crate_pkey" PRIMARY KEY ("self"),
  CONSTRAINT "crate_crate_check" CHECK ("crate" IN ('self', 'Self', 'super', 'a-b', 'a_b', '', '1', '+', 'type'))
);

CREATE TABLE IF NOT EXISTS "mod" (
  "self" text NOT NULL,
  "mod" text,
  CONSTRAINT "mod_pkey" PRIMARY KEY ("self"),
  CONSTRAINT "mod_mod_check" CHECK ("mod" IN ('self', 'Self', 'super', 'a-b', 'a_b', '', '1', '+', 'type'))
);

CREATE TABLE IF NOT EXISTS "new" (
  "self" text NOT NULL,
  "new" text,
  CONSTRAINT "new_pkey" PRIMARY KEY ("self"),
  CONSTRAINT "new_new_check" CHECK ("new" IN ('self', 'Self', 'super', 'a-b', 'a_b', '', '1', '+', 'type'))
);

CREATE TABLE IF NOT EXISTS "option" (
  "id" int8 NOT NULL,
  "option" text,
  CONSTRAINT "option_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "result" (
  "id" int8 NOT NULL,
  "result" text,
  CONSTRAINT "result_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "rt" (
  "id" int8 NOT NULL,
  "rt" text,
  CONSTRAINT "rt_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "self" (
  "self" text NOT NULL,
  CONSTRAINT "self_pkey" PRIMARY KEY ("self")
);

CREATE TABLE IF NOT EXISTS "some" (
  "id" int8 NOT NULL,
  "some" text,
  CONSTRAINT "some_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "some words" (
  "find" int8 NOT NULL,
  "by_key" int8,
  "upsert_on_find" int8,
  "create" int8,
  "new" text NOT NULL,
  "delete_all" text NOT NULL DEFAULT 'x',
  "type" text,
  "self" text,
  "crate" text,
  "gen" text,
  "first-name" text,
  "1st" text,
  "a/b~c" text,
  "out" text,
  "row" text,
  "key" text,
  "v" text,
  "value" text NOT NULL,
  "rt" text,
  "rules" text,
  "TABLE" text,
  "clone" text,
  "default" text,
  "Übung" text,
  "$" text,
  "the ""quoted"" 'name'" text,
  "error" jsonb,
  CONSTRAINT "some words_pkey" PRIMARY KEY ("find"),
  CONSTRAINT "some words_create_minimum" CHECK ("create" >= 1),
  CONSTRAINT "some words_new_min_length" CHECK (char_length("new") >= 1),
  CONSTRAINT "some words_type_min_length" CHECK (char_length("type") >= 1),
  CONSTRAINT "some words_self_min_length" CHECK (char_length("self") >= 1),
  CONSTRAINT "some words_first-name_min_length" CHECK (char_length("first-name") >= 1),
  CONSTRAINT "some words_a/b~c_min_length" CHECK (char_length("a/b~c") >= 2),
  CONSTRAINT "some words_v_min_length" CHECK (char_length("v") >= 1),
  CONSTRAINT "some words_value_min_length" CHECK (char_length("value") >= 1),
  CONSTRAINT "some words_rules_max_length" CHECK (char_length("rules") <= 3)
);

CREATE TABLE IF NOT EXISTS "std" (
  "id" int8 NOT NULL,
  "std" text,
  CONSTRAINT "std_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "string" (
  "id" int8 NOT NULL,
  "string" text,
  CONSTRAINT "string_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "super" (
  "self" text NOT NULL,
  "super" text,
  CONSTRAINT "super_pkey" PRIMARY KEY ("self"),
  CONSTRAINT "super_super_check" CHECK ("super" IN ('self', 'Self', 'super', 'a-b', 'a_b', '', '1', '+', 'type'))
);

CREATE TABLE IF NOT EXISTS "tables" (
  "id" int8 NOT NULL,
  "tables" text,
  CONSTRAINT "tables_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "type" (
  "self" text NOT NULL,
  "type" text,
  CONSTRAINT "type_pkey" PRIMARY KEY ("self"),
  CONSTRAINT "type_type_check" CHECK ("type" IN ('self', 'Self', 'super', 'a-b', 'a_b', '', '1', '+', 'type'))
);

CREATE TABLE IF NOT EXISTS "vec" (
  "id" int8 NOT NULL,
  "vec" text,
  CONSTRAINT "vec_pkey" PRIMARY KEY ("id")
);

DO $ominipg$ BEGIN
  IF obj_description(to_regclass('"some words"'), 'pg_class') IS DISTINCT FROM '[brackets], <html>, *stars*, `code`, ''quotes'' and "more"

```
let x = broken(;
```

    indented code' THEN
    COMMENT ON TABLE "some words" IS '[brackets], <html>, *stars*, `code`, ''quotes'' and "more"

```
let x = broken(;
```

    indented code';
  END IF;
END $ominipg$;

