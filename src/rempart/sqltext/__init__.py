"""What SQL text says, read with Postgres's own parser."""
