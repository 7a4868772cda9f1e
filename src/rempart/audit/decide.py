"""What the anonymous role would get from a relation, by its privileges and policies: for what nobody could see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pglast.parser import ParseError, parse_sql

from rempart.audit.answers import Answers
from rempart.audit.model import Sight
from rempart.sqltext.truth import Judge

_UPDATE, _INSERT, _DELETE = 4, 8, 16  # bits of pg_relation_is_updatable


@dataclass(frozen=True)
class PolicyRead:
    """A policy that is for the anonymous role.

    Attributes:
        name: Its name.
        permissive: Whether it lets rows through, and does not hold them back.
        command: `all`, `select`, `insert`, `update` or `delete`.
        using: Its USING predicate.
        check: Its WITH CHECK predicate.
    """

    name: str
    permissive: bool
    command: str
    using: str | None
    check: str | None = None

    @property
    def shown(self) -> str:
        """Its name and what it lets be read, on one line."""
        return f"{self.name}: {' '.join(self.using.split())}" if self.using is not None else f"{self.name}: nothing"

    def condition(self, command: str) -> str | None:
        """The predicate that decides about a command.

        Args:
            command: `select`, `insert`, `update` or `delete`.
        """
        if command != "insert":
            return self.using
        return self.check if self.check is not None or self.command == "insert" else self.using


@dataclass(frozen=True)
class RelationRead:
    """A relation, as the catalog describes it to the audit: the columns of relations.sql.

    Attributes:
        oid: Its identifier.
        schema: Its schema.
        name: Its name.
        relkind: `relkind` of pg_class.
        exposed: Whether its schema is exposed.
        enters: Whether the role may enter its schema.
        privileges: What the role holds.
        columns: The columns it may read, when it may not read all of them.
        row_security: Whether row security is enabled; None where there is none.
        guarded: Whether row security stands before the rows, for this role.
        invoker: Whether a view is security_invoker.
        auditor_sees_all: Whether the auditing role may read it without row security.
        policies: Those that are for the role.
        updatable: Bits of pg_relation_is_updatable; see updatable.sql.
    """

    oid: int
    schema: str
    name: str
    relkind: str
    exposed: bool
    enters: bool
    privileges: tuple[str, ...]
    columns: tuple[str, ...]
    row_security: bool | None
    guarded: bool
    invoker: bool
    auditor_sees_all: bool
    policies: tuple[PolicyRead, ...]
    updatable: int = 0

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> RelationRead:
        """The relation of a row of relations.sql.

        Args:
            row: The row.
        """
        values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row]
        values[-1] = tuple(PolicyRead(**json.loads(text)) for text in values[-1])
        return cls(*values)

    @property
    def may_read(self) -> bool:
        """Whether the role holds what reading takes."""
        return self.enters and "select" in self.privileges

    def policies_for(self, command: str, *, permissive: bool = True) -> list[PolicyRead]:
        """The policies that are asked about a command.

        Args:
            command: `select`, `insert`, `update` or `delete`.
            permissive: Of which sort.
        """
        return [one for one in self.policies if one.permissive is permissive and one.command in (command, "all")]


def decided(relation: RelationRead, answers: Answers) -> tuple[Sight, str]:
    """What the role would get if there were rows, and why.

    Args:
        relation: A relation that it may read.
        answers: What the session functions of policies tell the role.
    """
    if relation.relkind == "f":
        return Sight.UNDECIDED, "a foreign table: the audit does not reach into other servers"
    if relation.relkind == "v":
        rights = "the rights of the session" if relation.invoker else "its owner's rights"
        return Sight.UNDECIDED, f"a view with {rights}: its query decides"
    if relation.relkind == "m":
        return Sight.ROWS, "a materialized view has no row security"
    if not relation.guarded:
        return Sight.ROWS, "no row security stands before its rows"
    permissive = relation.policies_for("select")
    if not permissive:
        return Sight.NOTHING, "row security, and no policy lets it read"
    shown = " or ".join(one.shown for one in permissive)
    restrictive = relation.policies_for("select", permissive=False)
    narrowed = f", if {' and '.join(one.shown for one in restrictive)}" if restrictive else ""
    if not _admits("select", relation, answers):
        return Sight.NOTHING, f"its policies let nothing through ({shown}{narrowed})"
    if not restrictive and any(_always(one, relation, answers) for one in permissive):
        return Sight.ROWS, f"a policy lets it read every row ({shown})"
    return Sight.UNDECIDED, f"its policies let it read rows where {shown}{narrowed}"


def writes(relation: RelationRead, answers: Answers) -> tuple[str, ...]:
    """The commands of the role that would change rows.

    Args:
        relation: Any relation.
        answers: What the session functions of policies tell the role.
    """
    if not relation.enters:
        return ()
    held = relation.privileges
    if relation.relkind == "S":
        return tuple(word for word, privilege in (("nextval", "usage"), ("setval", "update")) if privilege in held)
    bits = {"insert": _INSERT, "update": _UPDATE, "delete": _DELETE}
    found = []
    for command, bit in bits.items():
        if command not in held or not relation.updatable & bit or (relation.relkind == "v" and relation.invoker):
            continue
        if not relation.guarded or _admits(command, relation, answers):
            found.append(command)
    return (*found, *(["truncate"] if "truncate" in held and relation.relkind in "rp" else []))


def _admits(command: str, relation: RelationRead, answers: Answers) -> bool:
    """Whether the policies may let a row through, as far as can be told."""
    permissive = relation.policies_for(command)
    restrictive = relation.policies_for(command, permissive=False)
    return any(not _never(one, command, relation, answers) for one in permissive) and not any(
        _never(one, command, relation, answers) for one in restrictive
    )


def _always(policy: PolicyRead, relation: RelationRead, answers: Answers) -> bool:
    condition = _condition(policy.using)
    return condition is not None and _judge(relation, answers).always_true(condition)


def _never(policy: PolicyRead, command: str, relation: RelationRead, answers: Answers) -> bool:
    """A permissive policy without a condition lets nothing through: Postgres has none to admit a row by."""
    predicate = policy.condition(command)
    if predicate is None:
        return policy.permissive
    condition = _condition(predicate)
    return condition is not None and _judge(relation, answers).never_true(condition)


def _judge(relation: RelationRead, answers: Answers) -> Judge:
    return Judge(own=frozenset({relation.name}), assume=answers.assume)


@lru_cache(maxsize=4096)
def _condition(predicate: str | None) -> Any:
    """The parse tree of a predicate; None for none, or for one that a later version of Postgres wrote."""
    if predicate is None:
        return None
    try:
        statement: Any = parse_sql(f"select {predicate}")[0].stmt
    except ParseError:
        return None
    return statement.targetList[0].val
