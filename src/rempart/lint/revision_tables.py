"""Which tables of a revision were there before it: only on these does a lock make anybody wait."""

from __future__ import annotations

from rempart.lint.state import Name, State
from rempart.lint.statement import Direction, Origin, Statement


def runs_in_revision(statement: Statement) -> bool:
    """Whether a statement runs when a revision does: it belongs to one, and to no body of a function.

    Args:
        statement: The statement.
    """
    return statement.direction is not Direction.FILE and statement.origin is not Origin.FUNCTION


def was_there_before(table: Name, statement: Statement, state: State) -> bool:
    """Whether a table is older than the revision of a statement, as far as is known.

    Args:
        table: Schema and name.
        statement: A statement of the revision.
        state: What it meets.
    """
    relation = state.relations.get(table)
    return relation is None or not relation.seen or relation.place.path != statement.text.path
