SELECT mood = 'good' FROM users
