"""What a database is made of, read from Postgres itself, and compared."""
