"""GRANT and REVOKE on objects, as what they change: targets, privileges, columns, roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pglast.enums import GrantTargetType, ObjectType

from rempart.lint.grantees import roles
from rempart.lint.state import Name, State, Target, shown

ALL = "all"
"""Stands for every privilege of the kind."""

_KINDS = {
    ObjectType.OBJECT_TABLE: "relation",
    ObjectType.OBJECT_SEQUENCE: "relation",
    ObjectType.OBJECT_VIEW: "relation",
    ObjectType.OBJECT_FUNCTION: "function",
    ObjectType.OBJECT_PROCEDURE: "function",
    ObjectType.OBJECT_ROUTINE: "function",
    ObjectType.OBJECT_SCHEMA: "schema",
    ObjectType.OBJECT_DATABASE: "database",
    ObjectType.OBJECT_TYPE: "type",
    ObjectType.OBJECT_DOMAIN: "type",
    ObjectType.OBJECT_LANGUAGE: "language",
    ObjectType.OBJECT_TABLESPACE: "tablespace",
    ObjectType.OBJECT_FDW: "foreign data wrapper",
    ObjectType.OBJECT_FOREIGN_SERVER: "foreign server",
    ObjectType.OBJECT_LARGEOBJECT: "large object",
    ObjectType.OBJECT_PARAMETER_ACL: "parameter",
}
_WORDS = {
    ObjectType.OBJECT_TABLE: "table",
    ObjectType.OBJECT_SEQUENCE: "sequence",
    ObjectType.OBJECT_FUNCTION: "function",
    ObjectType.OBJECT_PROCEDURE: "procedure",
    ObjectType.OBJECT_ROUTINE: "routine",
}
OPENING_KINDS = frozenset({"relation", "function", "schema"})
"""Kinds whose privileges let a session read, write, run or find something."""


@dataclass(frozen=True)
class Privilege:
    """One privilege of the list.

    Attributes:
        name: Lower case; `all` for ALL.
        columns: The columns it is limited to; empty for the whole object.
    """

    name: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """What a GRANT or REVOKE on objects says.

    Attributes:
        is_grant: GRANT rather than REVOKE.
        kind: Kind of the targets, as in Target.
        word: What the statement calls them, for messages.
        targets: The objects named; empty for ALL IN SCHEMA.
        schemas: The schemas of ALL IN SCHEMA.
        privileges: What is given or taken.
        grantees: Role names, each with its node.
        option_only: REVOKE GRANT OPTION FOR: the privilege itself stays.
    """

    is_grant: bool
    kind: str
    word: str
    targets: tuple[Target, ...]
    schemas: tuple[str, ...]
    privileges: tuple[Privilege, ...]
    grantees: tuple[tuple[str, Any], ...]
    option_only: bool = False

    @property
    def subject(self) -> str:
        """The objects, for a message."""
        if self.schemas:
            return f"all {self.word}s in schema {', '.join(self.schemas)}"
        return f"{self.word} " + ", ".join(
            (shown(target.name) if target.name[0] else target.name[1]) + target.detail for target in self.targets
        )

    @property
    def words(self) -> str:
        """The privileges, for a message."""
        return ", ".join(
            privilege.name + (f" ({', '.join(privilege.columns)})" if privilege.columns else "")
            for privilege in self.privileges
        )


def change_of(node: Any, state: State) -> Change:
    """Read a GRANT or REVOKE on objects, or the action of ALTER DEFAULT PRIVILEGES.

    Args:
        node: GrantStmt of the parse tree.
        state: Resolves unqualified names.
    """
    kind = _KINDS.get(node.objtype, "object")
    in_schema = node.targtype == GrantTargetType.ACL_TARGET_ALL_IN_SCHEMA
    named = node.targtype == GrantTargetType.ACL_TARGET_OBJECT
    return Change(
        is_grant=bool(node.is_grant),
        kind=kind,
        word=_WORDS.get(node.objtype, kind),
        targets=tuple(_targets(node, kind, state)) if named else (),
        schemas=tuple(str(item.sval) for item in node.objects or ()) if in_schema else (),
        privileges=tuple(_privileges(node)),
        grantees=tuple(roles(node.grantees, state)),
        option_only=bool(node.grant_option) and not node.is_grant,
    )


def _privileges(node: Any) -> Iterator[Privilege]:
    if not node.privileges:
        yield Privilege(ALL)
    for item in node.privileges or ():
        columns = tuple(str(column.sval) for column in item.cols or ())
        yield Privilege((item.priv_name or ALL).lower(), columns)


def _targets(node: Any, kind: str, state: State) -> Iterator[Target]:
    for item in node.objects or ():
        if kind == "relation":
            yield Target(kind, state.resolve(item.schemaname, str(item.relname)))
        elif kind == "function":
            yield from _functions(item, state)
        elif kind == "type":
            parts = [str(part.sval) for part in (item if isinstance(item, tuple) else item.names)]
            yield Target(kind, (parts[-2] if len(parts) > 1 else "", parts[-1]))
        else:
            yield Target(kind, ("", str(getattr(item, "sval", None) or getattr(item, "ival", item))))


def _functions(item: Any, state: State) -> Iterator[Target]:
    parts = [str(part.sval) for part in item.objname]
    name = resolve_function(parts, state)
    if item.args_unspecified:
        overloads = state.functions_named(name)
        for function in overloads:
            yield Target("function", name, function.signature)
        if not overloads:
            yield Target("function", name, "")
    else:
        yield Target("function", name, signature(item.objargs))


def resolve_function(parts: list[str], state: State) -> Name:
    """Schema and name of a function that a statement names, perhaps without its schema.

    Args:
        parts: The dotted parts as written.
        state: Knows the functions and the search path.
    """
    if len(parts) > 1:
        return parts[-2], parts[-1]
    for schema in state.search_path:
        if state.functions_named((schema, parts[0])):
            return schema, parts[0]
    return (state.search_path[0] if state.search_path else "public"), parts[0]


def signature(types: Any) -> str:
    """The input types of a function in parentheses, normalised, to tell overloads apart.

    Args:
        types: TypeName nodes, or None.
    """
    return f"({', '.join(type_name(item) for item in types or ())})"


def type_name(node: Any) -> str:
    """The name of a type, without pg_catalog, with `[]` for arrays.

    Args:
        node: TypeName of the parse tree.
    """
    parts = [str(part.sval) for part in node.names]
    if len(parts) > 1 and parts[0] == "pg_catalog":
        parts = parts[1:]
    return ".".join(parts) + "%type" * bool(node.pct_type) + "[]" * len(node.arrayBounds or ())
