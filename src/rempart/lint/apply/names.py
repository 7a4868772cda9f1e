"""Names of objects, roles and types in parse trees, as the state keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pglast import ast, enums

from rempart.lint.state import PUBLIC, Name, State
from rempart.sqltext.walk import texts

TEMPORARY = "pg_temp"
"""The schema that temporary objects are kept under."""

_ROLE_WORDS = {
    enums.RoleSpecType.ROLESPEC_PUBLIC: PUBLIC,
    enums.RoleSpecType.ROLESPEC_CURRENT_USER: "current_user",
    enums.RoleSpecType.ROLESPEC_CURRENT_ROLE: "current_user",
    enums.RoleSpecType.ROLESPEC_SESSION_USER: "session_user",
}
_GIVEN_BACK = (enums.FunctionParameterMode.FUNC_PARAM_OUT, enums.FunctionParameterMode.FUNC_PARAM_TABLE)


def role(spec: Any, state: State) -> str:
    """Name of a role as a grantee: `public` for all roles, the role in force for CURRENT_USER.

    Args:
        spec: A RoleSpec.
        state: Knows the role in force.
    """
    word = _ROLE_WORDS.get(spec.roletype)
    if word is None:
        return str(spec.rolename)
    if word == "current_user" and state.current_role:
        return state.current_role
    return word


def split(parts: Any) -> tuple[str, str]:
    """Schema (empty when not written) and name.

    Args:
        parts: The String nodes of a dotted name.
    """
    words = texts(parts)
    if not words:
        return "", ""
    return (words[-2] if len(words) > 1 else ""), words[-1]


def relation(reference: Any, state: State) -> Name:
    """The relation that a statement speaks of.

    Args:
        reference: A RangeVar.
        state: Knows the search path.
    """
    return state.resolve(reference.schemaname, str(reference.relname))


def new_relation(reference: Any, state: State) -> Name:
    """Name of a relation that a statement creates.

    Args:
        reference: A RangeVar.
        state: Knows the search path.
    """
    if reference.relpersistence == "t":
        return TEMPORARY, str(reference.relname)
    return reference.schemaname or state.creation_schema, str(reference.relname)


def function(parts: Any, state: State) -> Name:
    """The function that a statement speaks of.

    Args:
        parts: The String nodes of its name.
        state: Knows the search path.
    """
    schema, name = split(parts)
    if schema:
        return schema, name
    for candidate in state.search_path:
        if state.functions.named((candidate, name)):
            return candidate, name
    return state.creation_schema, name


def type_name(written: Any) -> str:
    """A type, without `pg_catalog` and without `public`.

    Args:
        written: A TypeName.
    """
    parts = texts(written.names)
    if len(parts) > 1 and parts[0] in ("pg_catalog", "public"):
        parts = parts[1:]
    return ".".join(parts) + "%type" * bool(written.pct_type) + "[]" * bool(written.arrayBounds)


def signature_of_parameters(parameters: Iterable[Any] | None) -> str:
    """Types of the parameters that identify a function, in parentheses.

    Args:
        parameters: FunctionParameter nodes.
    """
    taken = [type_name(one.argType) for one in parameters or () if one.mode not in _GIVEN_BACK]
    return f"({', '.join(taken)})"


def functions(written: Any, state: State) -> list[tuple[Name, str]]:
    """The functions that an ObjectWithArgs names: one, or every overload when it gives no arguments.

    Args:
        written: An ObjectWithArgs.
        state: Knows the functions.
    """
    name = function(written.objname, state)
    if written.args_unspecified:
        known = [(one.name, one.signature) for one in state.functions.named(name)]
        return known or [(name, "()")]
    if written.objfuncargs is not None:
        return [(name, signature_of_parameters(written.objfuncargs))]
    types = [type_name(one) for one in written.objargs or () if isinstance(one, ast.TypeName)]
    return [(name, f"({', '.join(types)})")]
