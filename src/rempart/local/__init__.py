"""The database on the developer's own machine."""
