"""The linter: static analysis of SQL, without any database."""
