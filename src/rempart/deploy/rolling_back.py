"""Backwards: to where the database has been, and never forwards by mistake."""

from __future__ import annotations

from rempart.deploy.planning import revision_of
from rempart.deploy.steps import DOWNGRADE, History
from rempart.deploy.target import Target
from rempart.errors import UsageError


def refuse_forward(target: Target, revision: str) -> None:
    """Refuse a rollback that would go forwards. One that has gone back already, and was killed then, has nothing to do.

    Args:
        target: The environment.
        revision: Where it is to go.

    Raises:
        UsageError: The revision does not exist, or is after the one where the database is.
        OperationError: The database cannot be reached.
    """
    history = History.of(target.config)
    here = revision_of(target)
    steps = history.steps(here, history.resolved(revision))
    if steps and steps[0].direction != DOWNGRADE:
        raise UsageError(
            f"{target.name} is at {here}, and {revision} is not before it.", "`rempart apply` goes forwards."
        )
