SELECT role = 'b' AND mood = 'x' FROM users
