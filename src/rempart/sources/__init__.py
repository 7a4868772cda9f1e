"""Where a state of the database comes from."""
