SELECT email = 'ada@example.com' FROM users JOIN posts ON "userId" = users.id
