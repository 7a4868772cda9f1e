"""Where a Postgres server comes from: embedded, a container, or one that already runs."""
