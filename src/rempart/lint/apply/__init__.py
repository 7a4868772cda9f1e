"""What each statement does to the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pglast import ast

from rempart.lint.apply import changes, functions, guards, policies, privileges, relations, roles, session
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
    **guards.HANDLERS,
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


def changes_structure(node: Any) -> bool:
    """Whether a statement, once run, changes more of the state than the session's settings.

    Args:
        node: Its parse tree.
    """
    if isinstance(node, ast.SelectStmt):
        into: Any = node.intoClause
        return into is not None and into.rel.relpersistence != "t"
    if isinstance(node, ast.CreateStmt):
        created: Any = node.relation
        return bool(created.relpersistence != "t")
    return (type(node) in _HANDLERS and type(node) not in session.HANDLERS) or isinstance(node, ast.DoStmt)
