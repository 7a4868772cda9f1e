"""Settings of the session that names and owners depend on: the search path, the role, and the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pglast import ast, enums

from rempart.lint.state import State
from rempart.lint.statement import Statement
from rempart.sqltext.walk import called, string_constant

_SEARCH_PATH = "search_path"
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
    state.search_path, state.current_role = state.default_path, ""
    state.path_in_doubt = dict(state.path_altered)
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
        state.search_path = state.default_path
    elif name == _SEARCH_PATH:
        if node.kind == kinds.VAR_SET_VALUE:
            _use(values, state)
        else:
            state.search_path = state.default_path
    elif name in ("role", "session_authorization"):
        state.current_role = values[0] if values and values[0].lower() != "none" else ""


def _use(path: Iterable[str], state: State) -> None:
    """Set the search path of the session, whatever it began with."""
    state.search_path = tuple(schema for schema in path if schema)
    state.path_in_doubt = {}


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
        state.search_path, state.current_role = state.default_path, ""


def path_set_for_others(node: Any, state: State) -> tuple[str, ...] | None:
    """The search path that ALTER ROLE or ALTER DATABASE sets; empty when it resets it, None when it does neither.

    Args:
        node: An AlterRoleSetStmt or AlterDatabaseSetStmt.
        state: Knows the path in force.
    """
    setting, kinds = node.setstmt, enums.VariableSetKind
    if setting.kind == kinds.VAR_RESET_ALL:
        return ()
    if str(setting.name or "").lower() != _SEARCH_PATH:
        return None
    if setting.kind == kinds.VAR_SET_CURRENT:
        return state.search_path
    return schemas_of(setting) if setting.kind == kinds.VAR_SET_VALUE else ()


def _set_for_others(node: Any, statement: Statement, state: State) -> None:
    """Later sessions begin with the path when the setting is for all roles; when it is for one, they may."""
    path = path_set_for_others(node, state)
    if path is None:
        return
    role = "" if isinstance(node, ast.AlterDatabaseSetStmt) or node.role is None else str(node.role.rolename or "")
    first = next((schema for schema in path if schema != "$user"), "public")
    if first != "public":
        state.path_altered[role] = statement.place
    elif not statement.conditional:
        state.path_altered.pop(role, None)
    if not role:
        state.default_path = tuple(schema for schema in path if schema) or _DEFAULT_PATH


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
                _use((part.strip().strip('"') for part in value.split(",")), state)
            elif name == "role" and value is not None:
                state.current_role = "" if value == "none" else value


HANDLERS = {
    ast.VariableSetStmt: _set,
    ast.TransactionStmt: _transaction,
    ast.DiscardStmt: _discard,
    ast.AlterRoleSetStmt: _set_for_others,
    ast.AlterDatabaseSetStmt: _set_for_others,
}
