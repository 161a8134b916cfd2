SELECT pg_get_serial_sequence('users', 'id') IS NOT NULL AND nextval(pg_get_serial_sequence('users', 'id')) = 8
