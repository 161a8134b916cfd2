SELECT count(*) = 1 FROM posts JOIN users ON users.id = "userId"
