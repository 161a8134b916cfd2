SELECT age = 36 FROM users
