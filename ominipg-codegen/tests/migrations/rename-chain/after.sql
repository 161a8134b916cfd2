SELECT y = 2 AND z = 3 FROM a
