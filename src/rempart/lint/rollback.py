"""What ROLLBACK undoes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pglast import ast, enums

from rempart.lint.state import State

_KINDS = enums.TransactionStmtKind
_MARKS = frozenset({_KINDS.TRANS_STMT_BEGIN, _KINDS.TRANS_STMT_START, _KINDS.TRANS_STMT_SAVEPOINT})
_ROLLS_BACK = frozenset({_KINDS.TRANS_STMT_ROLLBACK, _KINDS.TRANS_STMT_ROLLBACK_TO})


class Rollback:
    """Keeps what the state was at the BEGINs and savepoints that a text returns to."""

    def __init__(self, nodes: Iterable[Any]) -> None:
        """Look ahead: most texts return nowhere, and nothing needs to be kept.

        Args:
            nodes: Trees of all statements of the text.
        """
        self._wanted: set[int] = set()
        self._kept: dict[str, State] = {}
        places: dict[str, int] = {}
        for node in nodes:
            if isinstance(node, ast.TransactionStmt):
                name = _name(node)
                if node.kind in _MARKS:
                    places[name] = id(node)
                elif node.kind in _ROLLS_BACK and name in places:
                    self._wanted.add(places[name])

    def follow(self, node: Any, state: State) -> None:
        """Keep or restore the state, when a statement asks for it. To be called before it is taken in.

        Args:
            node: The tree of the statement.
            state: Changed in place.
        """
        if not self._wanted or not isinstance(node, ast.TransactionStmt):
            return
        name = _name(node)
        if id(node) in self._wanted:
            self._kept[name] = state.copy()
        elif node.kind in _ROLLS_BACK and name in self._kept:
            transaction = state.transaction
            vars(state).update(vars(self._kept[name].copy()))
            state.transaction = transaction
        elif node.kind in _MARKS:
            self._kept.pop(name, None)
        elif node.kind == _KINDS.TRANS_STMT_COMMIT:
            self._kept.clear()


def _name(node: Any) -> str:
    """Name of a savepoint; that of the transaction itself is empty."""
    return str(node.savepoint_name or "")
