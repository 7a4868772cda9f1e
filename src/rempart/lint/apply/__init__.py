"""What each statement does to the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rempart.lint.apply import changes, functions, policies, privileges, relations, roles, session
from rempart.lint.state import State
from rempart.lint.statement import Statement

Handler = Callable[[Any, Statement, State], None]

_HANDLERS: Mapping[type, Handler] = {
    **relations.HANDLERS,
    **policies.HANDLERS,
    **functions.HANDLERS,
    **privileges.HANDLERS,
    **roles.HANDLERS,
    **session.HANDLERS,
    **changes.HANDLERS,
}


def apply(statement: Statement, state: State) -> None:
    """Take a statement into the state.

    Statements that may not run (under an IF) are taken in when they open something, and left out when they close.

    Args:
        statement: The statement.
        state: Changed in place.
    """
    handler = _HANDLERS.get(type(statement.node))
    if handler is not None:
        handler(statement.node, statement, state)


def followed() -> frozenset[type]:
    """The kinds of statement that change the state."""
    return frozenset(_HANDLERS)
