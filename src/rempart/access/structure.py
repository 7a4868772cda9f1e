"""The structure that decides which rows can exist and how they are tried, read from Postgres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import sql

from rempart.access.predicates import columns_of
from rempart.catalog.statement import raw

Connection = psycopg.Connection[Any]

UPDATABLE, INSERTABLE, DELETABLE = 4, 8, 16  # bits of pg_relation_is_updatable


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: Its name.
        type: As Postgres writes it.
        base: `typname` of its type; of the base type, for a domain.
        category: `typcategory` of the same.
        not_null: Whether NULL is refused.
        default: Its default, if any.
        generated: Whether its value follows from other columns.
        identity_always: Whether only `overriding system value` gives it a value.
        labels: Of an enum, its labels.
        domain_checks: The checks of its domain; `VALUE` stands for the value.
        length: The longest text it takes, when that is limited.
    """

    name: str
    type: str
    base: str
    category: str
    not_null: bool
    default: str | None
    generated: bool
    identity_always: bool
    labels: tuple[str, ...]
    domain_checks: tuple[str, ...]
    length: int | None


@dataclass(frozen=True)
class Check:
    """A check constraint: its name, the columns it reads, its condition."""

    name: str
    columns: tuple[str, ...]
    condition: str


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key: its columns, the table it refers to, the columns there."""

    columns: tuple[str, ...]
    target: int
    target_columns: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """A relation to observe.

    Attributes:
        oid: Its identifier in this database.
        schema: Its schema.
        name: Its name.
        kind: `relkind`.
        is_partition: Whether it is a partition.
        row_security: Whether row security is enabled.
        columns: Names of its columns.
        writable: What can be written through it at all: bits of pg_relation_is_updatable.
        triggers: Names of the functions of its triggers.
        exposed: Whether its schema is exposed.
        behind_view: Whether a view of an exposed schema reads it, directly or not.
    """

    oid: int
    schema: str
    name: str
    kind: str
    is_partition: bool
    row_security: bool
    columns: tuple[str, ...]
    writable: int
    triggers: tuple[str, ...]
    exposed: bool
    behind_view: bool

    @property
    def qualified(self) -> str:
        """`schema.name`, for people."""
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> sql.Identifier:
        """`schema.name`, for SQL."""
        return sql.Identifier(self.schema, self.name)

    @property
    def is_table(self) -> bool:
        """Whether it keeps rows that statements can change one by one."""
        return self.kind in "rp"


@dataclass(frozen=True)
class Policy:
    """A policy: its name, the letter of its command, its predicates, its roles (the empty name is PUBLIC)."""

    name: str
    command: str
    using: str | None
    with_check: str | None
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Bound:
    """The bound of a partition, as Postgres writes it, and the columns it is about."""

    columns: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Function:
    """A function of an exposed schema.

    Attributes:
        schema: Its schema.
        name: Its name.
        kind: `prokind`.
        types: Types of its arguments.
        arguments: Names of its arguments; may be empty.
        is_trigger: Whether only a trigger can call it.
        text: Its body.
        is_variadic: Whether its last argument, an array, is written as its elements.
    """

    schema: str
    name: str
    kind: str
    types: tuple[str, ...]
    arguments: tuple[str, ...]
    is_trigger: bool
    text: str = ""
    is_variadic: bool = False

    @property
    def signature(self) -> str:
        """`schema.name(types)`, for people."""
        return f"{self.schema}.{self.name}({','.join(self.types)})"


@dataclass(frozen=True)
class Structure:
    """All of it, by the identifier of the table where it belongs to one."""

    relations: dict[int, Relation]
    columns: dict[int, list[Column]]
    checks: dict[int, list[Check]]
    foreign_keys: dict[int, list[ForeignKey]]
    unique: dict[int, list[tuple[str, ...]]]
    primary: dict[int, tuple[str, ...]]
    policies: dict[int, list[Policy]]
    bounds: dict[int, list[Bound]]
    functions: list[Function] = field(default_factory=list)

    def keys(self, relation: Relation) -> set[str]:
        """The columns of a table of which no two rows have the same value, and any value will do.

        Args:
            relation: The table.
        """
        foreign = {name for key in self.foreign_keys.get(relation.oid, ()) for name in key.columns}
        return {names[0] for names in self.unique.get(relation.oid, ()) if len(names) == 1} - foreign

    @property
    def by_name(self) -> dict[str, Relation]:
        """Relations by qualified name."""
        return {relation.qualified: relation for relation in self.relations.values()}


def read_structure(connection: Connection, exposed: tuple[str, ...]) -> Structure:
    """Read the structure of a database, with every name in full.

    Args:
        connection: Any autocommit connection, in a transaction or not.
        exposed: The exposed schemas.
    """
    with connection.transaction(force_rollback=True):
        connection.execute("set local search_path = pg_catalog")
        return _read(connection, exposed)


def _read(connection: Connection, exposed: tuple[str, ...]) -> Structure:
    parameters = {"exposed": list(exposed)}
    relations = {}
    for row in connection.execute(query("observed_relations"), parameters):
        relation = Relation(*_frozen(row))
        relations[relation.oid] = relation
    columns: dict[int, list[Column]] = defaultdict(list)
    for oid, *rest in connection.execute(query("witness_columns")):
        columns[oid].append(Column(*_frozen(rest)))
    checks: dict[int, list[Check]] = defaultdict(list)
    foreign: dict[int, list[ForeignKey]] = defaultdict(list)
    unique: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    primary: dict[int, tuple[str, ...]] = {}
    for oid, kind, name, own, condition, target, theirs in connection.execute(query("witness_constraints")):
        if kind == "c":
            checks[oid].append(Check(name, tuple(own), condition))
        elif kind == "f":
            foreign[oid].append(ForeignKey(tuple(own), target, tuple(theirs)))
        elif own:
            unique[oid].append(tuple(own))
            if kind == "p":
                primary[oid] = tuple(own)
    for oid, condition, any_row in connection.execute(query("witness_routes")):
        if not any_row:
            columns_there = frozenset(relations[oid].columns)
            read = columns_of(condition, relations[oid].name, columns_there) or relations[oid].columns[:1]
            checks[oid].append(Check("partitions", tuple(read), condition))
    policies: dict[int, list[Policy]] = defaultdict(list)
    for oid, name, command, using, with_check, roles in connection.execute(query("observed_policies")):
        policies[oid].append(Policy(name, command, using, with_check, tuple(roles)))
    functions = [Function(*_frozen(row)) for row in connection.execute(query("observed_functions"), parameters)]
    bounds: dict[int, list[Bound]] = defaultdict(list)
    for oid, names, text in connection.execute(query("witness_partitions")):
        bounds[oid].append(Bound(tuple(names), text))
    return Structure(relations, columns, checks, foreign, unique, primary, policies, bounds, functions)


def _frozen(row: Sequence[Any]) -> list[Any]:
    return [tuple(value) if isinstance(value, list) else value for value in row]


@cache
def query(name: str) -> sql.SQL:
    """One of the files of this package's folder `sql`.

    Args:
        name: Its name without the ending.
    """
    return raw(files("rempart.access").joinpath(f"sql/{name}.sql").read_text(encoding="utf-8"))
