"""GRANT and REVOKE on objects, as what they change: targets, privileges, columns, roles."""

from __future__ import annotations

from typing import Any, NamedTuple

from pglast.enums import GrantTargetType, ObjectType

from rempart.lint.apply import names
from rempart.lint.apply.privileges import targets, written_privileges
from rempart.lint.state import State, Target, shown
from rempart.sqltext.walk import texts

ALL = "all"
"""Stands for every privilege of the kind, as a statement writes it."""

_WORDS = {
    ObjectType.OBJECT_TABLE: "table",
    ObjectType.OBJECT_SEQUENCE: "sequence",
    ObjectType.OBJECT_FUNCTION: "function",
    ObjectType.OBJECT_PROCEDURE: "procedure",
    ObjectType.OBJECT_ROUTINE: "routine",
    ObjectType.OBJECT_SCHEMA: "schema",
    ObjectType.OBJECT_DATABASE: "database",
    ObjectType.OBJECT_TYPE: "type",
    ObjectType.OBJECT_DOMAIN: "type",
}
RELATIONS = frozenset({"table", "sequence"})
"""Words of tables, views and sequences."""
FUNCTIONS = frozenset({"function", "procedure", "routine"})
"""Words of functions."""
OPENING = RELATIONS | FUNCTIONS | {"schema"}
"""Words of objects whose privileges let a session read, write, run or find something."""


class Privilege(NamedTuple):
    """One privilege of the list.

    Attributes:
        name: Lower case; `all` for ALL.
        columns: The columns it is limited to; empty for the whole object.
    """

    name: str
    columns: tuple[str, ...] = ()


class Change(NamedTuple):
    """What a GRANT or REVOKE on objects says.

    Attributes:
        is_grant: GRANT rather than REVOKE.
        word: What the statement calls the objects: table, sequence, function, schema or another word.
        targets: The objects named, or the known ones of ALL IN SCHEMA.
        schemas: The schemas of ALL IN SCHEMA.
        privileges: What is given or taken.
        grantees: Role names, each with its node.
        option_only: REVOKE GRANT OPTION FOR: the privilege itself stays.
    """

    is_grant: bool
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
        return f"{self.word} " + ", ".join(map(name_of, self.targets))

    @property
    def words(self) -> str:
        """The privileges, for a message."""
        return ", ".join(
            privilege.name + (f" ({', '.join(privilege.columns)})" if privilege.columns else "")
            for privilege in self.privileges
        )


def name_of(target: Target) -> str:
    """An object, as SQL would name it.

    Args:
        target: The object.
    """
    name = shown(target.name) if target.name[0] else target.name[1]
    return name + (target.detail if target.kind == "function" else "")


_read_last: list[tuple[Any, State, Change]] = []
"""What was read last: many rules ask about the same statement, one after the other."""


def change_of(node: Any, state: State) -> Change:
    """Read a GRANT or REVOKE on objects, or the action of ALTER DEFAULT PRIVILEGES.

    Args:
        node: GrantStmt of the parse tree.
        state: Resolves unqualified names.
    """
    for known, of_state, change in _read_last:
        if known is node and of_state is state:
            return change
    change = _read(node, state)
    _read_last[:] = [(node, state, change)]
    return change


def _read(node: Any, state: State) -> Change:
    defaults = node.targtype == GrantTargetType.ACL_TARGET_DEFAULTS
    in_schema = node.targtype == GrantTargetType.ACL_TARGET_ALL_IN_SCHEMA
    return Change(
        is_grant=bool(node.is_grant),
        word=_WORDS.get(node.objtype, "object"),
        targets=() if defaults else tuple(targets(node, state)),
        schemas=texts(node.objects) if in_schema else (),
        privileges=tuple(Privilege(name, columns) for name, columns in written_privileges(node)),
        grantees=tuple((names.role(spec, state), spec) for spec in node.grantees or ()),
        option_only=bool(node.grant_option) and not node.is_grant,
    )
