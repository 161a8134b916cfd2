INSERT INTO users VALUES (1, 36, 'Ada', 'a');
