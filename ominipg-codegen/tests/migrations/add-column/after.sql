SELECT nick IS NULL AND score = 0 AND at IS NOT NULL FROM users
