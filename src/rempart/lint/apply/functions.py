"""Functions and procedures."""

from __future__ import annotations

from typing import Any

from pglast import ast, enums

from rempart.lint.apply import names
from rempart.lint.apply.privileges import grant_defaults
from rempart.lint.apply.session import schemas_of
from rempart.lint.state import Function, Name, State
from rempart.lint.statement import Statement

_SEARCH_PATH = "search_path"


def _enter(function: Function, state: State) -> None:
    """Enter a new function, open to PUBLIC unless the defaults in force say otherwise."""
    key = (function.name, function.signature)
    state.functions[key] = function
    if state.current_role in state.default_execute_revoked:
        state.public_execute_revoked.add(key)
    else:
        state.public_execute_revoked.discard(key)
    grant_defaults("functions", function.name, function.signature, state)


def key_of(node: Any, state: State) -> tuple[Name, str]:
    """Name and signature of the function that a statement creates.

    Args:
        node: A CreateFunctionStmt.
        state: Knows the search path.
    """
    schema, name = names.split(node.funcname)
    return (schema or state.creation_schema, name), names.signature_of_parameters(node.parameters)


def _create(node: Any, statement: Statement, state: State) -> None:
    full, signature = key_of(node, state)
    known = state.functions.get((full, signature))
    function = Function(
        name=full,
        signature=signature,
        kind="procedure" if node.is_procedure else "function",
        place=statement.place,
        owner=state.current_role or None,
        returns=names.type_name(node.returnType) if node.returnType else "",
    )
    for option in node.options or ():
        _option(function, option, statement, state)
    if node.sql_body is not None and not function.language:
        function.language = "sql"
    if known is not None and known.seen and node.replace:
        # Replacing keeps owner and privileges, and nothing else.
        function.owner = known.owner
        state.functions[full, signature] = function
    else:
        _enter(function, state)


def _option(function: Function, option: Any, statement: Statement, state: State) -> None:
    match option.defname:
        case "language":
            function.language = str(option.arg.sval).lower()
        case "security":
            function.definer = bool(option.arg.boolval)
        case "volatility":
            function.volatility = str(option.arg.sval)
        case "set":
            _set(function, option.arg, state)
        case "as" if len(option.arg) == 1:
            function.body = str(option.arg[0].sval)
            from rempart.sqltext.literals import literal

            body = literal(statement.text, option.arg_location, function.body)
            function.body_start = body.start if body else None


def _set(function: Function, setting: Any, state: State) -> None:
    name = str(setting.name or "").lower()
    kinds = enums.VariableSetKind
    if setting.kind == kinds.VAR_RESET_ALL:
        function.search_path = None
        function.settings.clear()
    elif name == _SEARCH_PATH:
        if setting.kind == kinds.VAR_SET_CURRENT:
            function.search_path = state.search_path
        elif setting.kind == kinds.VAR_SET_VALUE:
            function.search_path = schemas_of(setting)
        else:
            function.search_path = None
    elif setting.kind in (kinds.VAR_RESET, kinds.VAR_SET_DEFAULT):
        function.settings.pop(name, None)
    else:
        function.settings[name] = ", ".join(schemas_of(setting))


def _alter(node: Any, statement: Statement, state: State) -> None:
    for key in names.functions(node.func, state):
        function = state.functions.get(key)
        if function is None:
            kind = "procedure" if node.objtype == enums.ObjectType.OBJECT_PROCEDURE else "function"
            function = Function(key[0], key[1], kind, statement.place, seen=False)
            state.functions[key] = function
        for option in node.actions or ():
            if not (statement.conditional and _closes(option)):
                _option(function, option, statement, state)


def _closes(option: Any) -> bool:
    if option.defname == "security":
        return not option.arg.boolval
    return bool(option.defname == "set" and option.arg.kind == enums.VariableSetKind.VAR_SET_VALUE)


def _create_aggregate(node: Any, statement: Statement, state: State) -> None:
    if node.kind != enums.ObjectType.OBJECT_AGGREGATE:
        return
    schema, name = names.split(node.defnames)
    arguments = node.args[0] if node.args else ()
    _enter(
        Function(
            (schema or state.creation_schema, name),
            names.signature_of_parameters(arguments),
            "aggregate",
            statement.place,
            owner=state.current_role or None,
        ),
        state,
    )


HANDLERS = {
    ast.CreateFunctionStmt: _create,
    ast.AlterFunctionStmt: _alter,
    ast.DefineStmt: _create_aggregate,
}
