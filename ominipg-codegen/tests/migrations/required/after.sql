SELECT name = 'Ada' FROM users
