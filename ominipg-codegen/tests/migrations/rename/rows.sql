INSERT INTO people VALUES (1, 'ada@example.com', 1); INSERT INTO posts VALUES (1, 1);
