"""Databases that never saw Alembic, taken under management."""
