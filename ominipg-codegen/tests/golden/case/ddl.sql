CREATE TABLE IF NOT EXISTS "user" (
  "id" int8 NOT NULL,
  "firstName" text,
  "FirstName" text,
  "first_name" text,
  "state" text,
  "HTTPServer2" text,
  "a1b2" text,
  "_" text,
  "__v" int8,
  CONSTRAINT "user_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "user_state_check" CHECK ("state" IN ('in-progress', 'in progress', 'inProgress', 'IN_PROGRESS', 'InProgress'))
);

CREATE TABLE IF NOT EXISTS "user_keys" (
  "id" int8 NOT NULL,
  "new" text,
  "find" text,
  CONSTRAINT "user_keys_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "users" (
  "id" int8 NOT NULL,
  "patch" jsonb,
  "key" text,
  CONSTRAINT "users_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "users_key_check" CHECK ("key" IN ('k'))
);

