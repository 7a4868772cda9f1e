"""Alembic's entry point: everything it does is in rempart.revisions.environment."""

from rempart.revisions import environment

environment.run()
