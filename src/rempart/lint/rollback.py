"""What ROLLBACK undoes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pglast import ast, enums

from rempart.lint.state import State

_KINDS = enums.TransactionStmtKind
_BEGINS = frozenset({_KINDS.TRANS_STMT_BEGIN, _KINDS.TRANS_STMT_START})
_ROLLS_BACK = frozenset({_KINDS.TRANS_STMT_ROLLBACK, _KINDS.TRANS_STMT_ROLLBACK_TO})
_BLOCK = ""


class Rollback:
    """Keeps what the state was at BEGIN and at savepoints, for texts that roll back."""

    def __init__(self, nodes: Iterable[Any]) -> None:
        """Look ahead: without a ROLLBACK nothing needs to be kept.

        Args:
            nodes: Trees of all statements of the text.
        """
        self._wanted = any(isinstance(node, ast.TransactionStmt) and node.kind in _ROLLS_BACK for node in nodes)
        self._kept: dict[str, State] = {}

    def follow(self, node: Any, state: State) -> None:
        """Keep or restore the state, when a statement asks for it. To be called before it is taken in.

        Args:
            node: The tree of the statement.
            state: Changed in place.
        """
        if not self._wanted or not isinstance(node, ast.TransactionStmt):
            return
        name = str(node.savepoint_name or _BLOCK)
        if node.kind in _BEGINS or node.kind == _KINDS.TRANS_STMT_SAVEPOINT:
            self._kept[name] = state.copy()
        elif node.kind in _ROLLS_BACK and name in self._kept:
            transaction = state.transaction
            vars(state).update(vars(self._kept[name].copy()))
            state.transaction = transaction
        elif node.kind == _KINDS.TRANS_STMT_COMMIT:
            self._kept.clear()
