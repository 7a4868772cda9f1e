"""Alembic revisions in plain SQL: what a revision uses, and what runs and renders the history."""

from rempart.revisions.data_loss import refuse_data_loss
from rempart.revisions.execute import execute

__all__ = ["execute", "refuse_data_loss"]
