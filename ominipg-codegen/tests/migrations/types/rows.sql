INSERT INTO users VALUES (1, 36, DEFAULT, 'x', 0.5, '{a}', '{1}');
