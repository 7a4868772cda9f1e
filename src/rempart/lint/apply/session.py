"""Settings of the session that names and owners depend on: the search path, the role, and the transaction."""

from __future__ import annotations

from typing import Any

from pglast import ast, enums

from rempart.lint.state import State
from rempart.lint.statement import Statement
from rempart.sqltext.walk import called, string_constant

_DEFAULT_PATH = ("public",)


def schemas_of(setting: Any) -> tuple[str, ...]:
    """The values of a SET, as texts.

    Args:
        setting: A VariableSetStmt.
    """
    found = []
    for value in setting.args or ():
        inner = value.val if isinstance(value, ast.A_Const) else value
        for attribute in ("sval", "ival", "fval", "boolval"):
            if hasattr(inner, attribute):
                found.append(str(getattr(inner, attribute)))
                break
    return tuple(found)


def begin_session(state: State) -> None:
    """Start anew: default search path, the connecting role, a new transaction.

    Args:
        state: Changed in place.
    """
    state.search_path, state.current_role = _DEFAULT_PATH, ""
    state.after_transaction = None
    state.transaction += 1


def _set(node: Any, statement: Statement, state: State) -> None:
    name, kinds = str(node.name or "").lower(), enums.VariableSetKind
    if node.kind == kinds.VAR_SET_MULTI:
        return
    if node.is_local and state.after_transaction is None:
        state.after_transaction = (state.search_path, state.current_role)
    values = schemas_of(node) if node.kind == kinds.VAR_SET_VALUE else ()
    if node.kind == kinds.VAR_RESET_ALL:
        state.search_path = _DEFAULT_PATH
    elif name == "search_path":
        state.search_path = _known(values) if node.kind == kinds.VAR_SET_VALUE else _DEFAULT_PATH
    elif name in ("role", "session_authorization"):
        state.current_role = values[0] if values and values[0].lower() != "none" else ""


def _known(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(schema for schema in path if schema)


def _transaction(node: Any, statement: Statement, state: State) -> None:
    kinds = enums.TransactionStmtKind
    ends = node.kind in (kinds.TRANS_STMT_COMMIT, kinds.TRANS_STMT_ROLLBACK)
    if ends or node.kind in (kinds.TRANS_STMT_BEGIN, kinds.TRANS_STMT_START):
        state.transaction += 1
    if ends and state.after_transaction is not None:
        state.search_path, state.current_role = state.after_transaction
        state.after_transaction = None


def _discard(node: Any, statement: Statement, state: State) -> None:
    if node.target == enums.DiscardMode.DISCARD_ALL:
        state.search_path, state.current_role = _DEFAULT_PATH, ""


def set_config(node: Any, state: State) -> None:
    """Take in `select set_config('search_path', …)`, which dumps write.

    Args:
        node: A SelectStmt.
        state: Changed in place.
    """
    for target in node.targetList or ():
        call = target.val
        arguments = call.args or () if isinstance(call, ast.FuncCall) and called(call) == "set_config" else ()
        if len(arguments) == 3:
            name, value = string_constant(arguments[0]), string_constant(arguments[1])
            if name == "search_path" and value is not None:
                written = (part.strip().strip('"') for part in value.split(","))
                state.search_path = _known(tuple(written))
            elif name == "role" and value is not None:
                state.current_role = "" if value == "none" else value


HANDLERS = {
    ast.VariableSetStmt: _set,
    ast.TransactionStmt: _transaction,
    ast.DiscardStmt: _discard,
}
