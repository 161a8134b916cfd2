INSERT INTO users VALUES (7, 'Ada');
