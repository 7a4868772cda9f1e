"""Rows of an existing database that break what an adoption would add: found by reading, and left as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from rempart.catalog.compare import compare
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.conversion import has_cast, may_lose
from rempart.catalog.kinds.index import Index
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.types import Domain, Enum
from rempart.catalog.model import CatalogObject
from rempart.catalog.statement import raw, statement
from rempart.deploy.adoption.rows import (
    KEY,
    ROW,
    Element,
    Rows,
    Unaskable,
    columns_of,
    elements_of,
    names_of,
    parsed_constraint,
    parsed_index,
    printed,
)  # fmt: skip
from rempart.deploy.adoption.state import Aim
from rempart.deploy.queries import query

Connection = psycopg.Connection[Any]
EXAMPLES = 5


@dataclass(frozen=True)
class Conflict:
    """Rows that break something an adoption would add.

    Attributes:
        object: What would be added.
        rule: What it asks for.
        rows: How many rows break it.
        examples: Keys of some of them.
        decide: What a person has to decide.
    """

    object: str
    rule: str
    rows: int
    examples: tuple[str, ...]
    decide: str

    def lines(self) -> list[str]:
        """The conflict, for people."""
        shown = "; ".join(self.examples) + ("; …" if self.rows > len(self.examples) else "")
        return [
            f"{self.object}: {self.rows} row{'' if self.rows == 1 else 's'} against {self.rule}",
            f"  rows: {shown}",
            f"  to decide: {self.decide}",
        ]


@dataclass(frozen=True)
class Unasked:
    """Something that could not be asked of the rows before: the adoption's own transaction will tell.

    Attributes:
        object: What would be added.
        reason: Why.
    """

    object: str
    reason: str


@dataclass(frozen=True)
class _Question:
    object: str
    rule: str
    decide: str
    ask: Callable[[Connection], tuple[int, list[str]]]


def conflicts(
    connection: Connection, aim: Aim, step: Callable[[str], None] = lambda _message: None
) -> tuple[list[Conflict], list[Unasked]]:
    """Ask the rows of a database about everything that an adoption would add.

    Args:
        connection: A session of its owner, not in a transaction; only read.
        aim: Where the adoption leads.
        step: Told what is being done.
    """
    found: list[Conflict] = []
    unasked: list[Unasked] = []
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("select pg_catalog.set_config('search_path', 'pg_catalog', true)")
        # A policy that hid rows from the question would make it worthless: then the question fails instead.
        connection.execute("select pg_catalog.set_config('row_security', 'off', true)")
        for question in _questions(aim):
            step(f"asking the rows about {question.object}")
            try:
                with connection.transaction(force_rollback=True):
                    rows, examples = question.ask(connection)
            except Unaskable as reason:
                unasked.append(Unasked(question.object, str(reason)))
            except psycopg.OperationalError:
                if connection.closed:
                    raise
                unasked.append(Unasked(question.object, "it took too long"))
            except psycopg.Error as error:
                unasked.append(Unasked(question.object, error.diag.message_primary or str(error)))
            else:
                if rows:
                    found.append(Conflict(question.object, question.rule, rows, tuple(examples), question.decide))
    return found, unasked


def _questions(aim: Aim) -> Iterator[_Question]:
    for difference in compare(aim.before, aim.after):
        old, new = difference.before, difference.after
        match new:
            case Column() if _existing(new.identity.relation, aim):
                yield from _of_column(old if isinstance(old, Column) else None, new, aim)
            case Constraint() if _existing(new.identity.relation, aim) and not new.definition.endswith(" NOT VALID"):
                yield from _of_constraint(new, aim)
            case Index() if new.unique and _existing(Identity("table", new.schema, new.table), aim):
                yield _of_index(new, aim)
            case Domain() if isinstance(old, Domain):
                yield from _of_domain(old, new, aim)
            case Enum() if isinstance(old, Enum) and set(old.values) - set(new.values):
                yield from _of_enum(new, aim)


def _existing(table: Identity, aim: Aim) -> bool:
    made = aim.before.objects.get(table)
    return isinstance(made, Table) and made.relkind in "rp"


def _of_column(old: Column | None, new: Column, aim: Aim) -> Iterator[_Question]:
    rows = Rows(new.identity.relation, aim.before, aim.after)
    name = str(new.identity)
    if old is None:
        if new.not_null and new.expression is None and not new.identity_kind:
            yield _Question(
                name,
                "NOT NULL, without a default",
                "what stands there in these rows: add the column by hand, fill it, then adopt again",
                lambda connection: _broken(connection, rows.query(()), "true"),
            )
        return
    if old.type != new.type:
        decide = (
            f"what these values become: add a column of type {new.type} under the right name, fill it from this one"
            " under another name, then adopt again"
        )
        yield _Question(
            name,
            f"values that stay what they are as {new.type}",
            decide,
            lambda connection: _unconverted(connection, rows, old, new) or _changed(connection, rows, old, new),
        )
    if new.not_null and not old.not_null:
        yield _Question(
            name,
            "NOT NULL",
            "what stands there in these rows, or whether they go",
            lambda connection: _broken(connection, rows.query({new.part}), _null(new.part)),
        )


def _of_constraint(new: Constraint, aim: Aim) -> Iterator[_Question]:
    rows = Rows(new.identity.relation, aim.before, aim.after)
    tree: Any = parsed_constraint(new.definition)

    def question(decide: str, ask: Callable[[Connection], tuple[int, list[str]]]) -> _Question:
        return _Question(str(new.identity), new.definition, decide, ask)

    if new.contype == "c":
        condition = new.definition.removeprefix("CHECK ").removesuffix(" NO INHERIT")
        yield question(
            "which of these values are wrong, and what is right",
            lambda connection: _broken(
                connection, rows.query(columns_of(tree.raw_expr)), f"({condition}) is false"
            ),
        )  # fmt: skip
    elif new.contype in "pu":
        keys = [Element(statement("{}", name), frozenset({name})) for name in names_of(tree.keys)]
        yield question(
            "which of the rows that share a key stays as it is, and what becomes of the others",
            lambda connection: _repeated(connection, rows, keys, nulls_count=bool(tree.nulls_not_distinct)),
        )
    elif new.contype == "f":
        yield question(
            "whether the row they refer to is added, or the reference is cleared",
            lambda connection: _dangling(connection, rows, tree, aim),
        )
    elif new.contype == "x":
        yield question(
            "which of the rows that exclude each other stays as it is",
            lambda connection: _excluded(connection, rows, tree),
        )


def _of_index(new: Index, aim: Aim) -> _Question:
    rows = Rows(Identity("table", new.schema, new.table), aim.before, aim.after)
    tree = parsed_index(new.definition)

    def ask(connection: Connection) -> tuple[int, list[str]]:
        where = tree.whereClause
        return _repeated(
            connection,
            rows,
            elements_of(tree.indexParams or ()),
            nulls_count=bool(tree.nulls_not_distinct),
            where=printed(where) if where is not None else "",
            where_columns=columns_of(where) if where is not None else frozenset(),
        )

    decide = "which of the rows that share a key stays as it is, and what becomes of the others"
    return _Question(str(new.identity), new.definition, decide, ask)


def _of_domain(old: Domain, new: Domain, aim: Aim) -> Iterator[_Question]:
    known = {entry[1] for entry in old.constraints}
    checks = [
        f"({entry[1].removeprefix('CHECK ')}) is false"
        for entry in new.constraints
        if entry[1] not in known and not entry[1].endswith(" NOT VALID")
    ]
    if new.not_null and not old.not_null:
        checks.append("value is null")
    for column, rows in _columns_of_type(old, aim):
        for check in checks:
            inner = statement(
                "select {} as {}, t.{}::{} as value from {} t",
                raw(rows.key()), KEY, column.part, raw(new.base), rows.table,
            )  # fmt: skip
            yield _Question(
                str(column.identity),
                f"{new.identity}: {check.removesuffix(' is false')}",
                "which of these values are wrong, and what is right",
                lambda connection, inner=inner, check=check: _broken(connection, inner, check),  # type: ignore[misc]
            )


def _of_enum(new: Enum, aim: Aim) -> Iterator[_Question]:
    values = sql.SQL(", ").join(map(sql.Literal, new.values)).as_string()
    for column, rows in _columns_of_type(new, aim):
        inner = statement("select {} as {}, t.{} as value from {} t", raw(rows.key()), KEY, column.part, rows.table)
        yield _Question(
            str(column.identity),
            f"values of {new.identity}",
            "which value these rows get instead",
            lambda connection, inner=inner: _broken(  # type: ignore[misc]
                connection, inner, f"value::pg_catalog.text <> all (array[{values}]::pg_catalog.text[])"
            ),
        )


def _columns_of_type(made: CatalogObject, aim: Aim) -> Iterator[tuple[Column, Rows]]:
    named = statement("{}.{}", made.schema, made.name)
    for one in aim.before.objects.values():
        if isinstance(one, Column) and one.type == named and _existing(one.identity.relation, aim):
            yield one, Rows(one.identity.relation, aim.before, aim.after)


def _null(name: str) -> str:
    return statement("{} is null", name)


def _broken(connection: Connection, rows: str, condition: str) -> tuple[int, list[str]]:
    asked = query("adopt_broken_rows").format(
        rows=raw(rows), condition=raw(condition), key=sql.Identifier(KEY), examples=sql.Literal(EXAMPLES)
    )
    row = connection.execute(asked.as_string().encode()).fetchone()
    assert row is not None
    return int(row[0]), [str(one) for one in row[1]]


def _repeated(
    connection: Connection,
    rows: Rows,
    keys: list[Element],
    *,
    nulls_count: bool,
    where: str = "",
    where_columns: frozenset[str] = frozenset(),
) -> tuple[int, list[str]]:
    columns = frozenset().union(where_columns, *(key.columns for key in keys))
    listed = ", ".join(key.sql for key in keys)
    conditions = [] if nulls_count else [f"{key.sql} is not null" for key in keys]
    if where:
        conditions.append(f"({where})")
    shown = " || ', ' || ".join(
        f"{sql.Literal(f'{key.shown}=').as_string()} || coalesce({key.sql}::pg_catalog.text, 'NULL')" for key in keys
    )
    counted = (
        f"select {KEY} || ' (' || {shown} || ')' as {KEY}, {shown} as shared,"  # noqa: S608 - names quoted above
        f" pg_catalog.count(*) over (partition by {listed}) as same"
        f" from ({rows.query(columns)}) d where {' and '.join(conditions) or 'true'}"
    )
    return _broken(connection, counted, "same > 1")


def _dangling(connection: Connection, rows: Rows, tree: Any, aim: Aim) -> tuple[int, list[str]]:
    own, theirs = names_of(tree.fk_attrs), names_of(tree.pk_attrs)
    other = Identity("table", str(tree.pktable.schemaname), str(tree.pktable.relname))
    present = [statement("d.{} is not null", name) for name in own]
    matching = "true" if tree.fk_matchtype != "f" else f"({' or '.join(present)})"
    if tree.fk_matchtype != "f":
        matching = " and ".join(present)
    if other in aim.after.objects and other not in aim.before.objects:
        return _broken(connection, f"select d.* from ({rows.query(own)}) d where {matching}", "true")  # noqa: S608
    if other in aim.before.objects:
        target = f"({Rows(other, aim.before, aim.after).query(theirs)})"
    else:
        target = statement("{}.{}", other.schema, other.name)
    equal = " and ".join(statement("r.{} = d.{}", one, two) for one, two in zip(theirs, own, strict=True))
    asked = (
        f"select d.* from ({rows.query(own)}) d where {matching}"  # noqa: S608
        f" and not exists (select from {target} r where {equal})"
    )
    return _broken(connection, asked, "true")


def _excluded(connection: Connection, rows: Rows, tree: Any) -> tuple[int, list[str]]:
    elements = elements_of(tree.exclusions)
    condition = tree.where_clause
    columns = frozenset().union(*(one.columns for one in elements))
    if condition is not None:
        columns |= columns_of(condition)
    values = ", ".join(f"{one.sql} as e{number}" for number, one in enumerate(elements))
    kept = printed(condition) if condition is not None else "true"
    inner = f"select {KEY}, {ROW}, {values} from ({rows.query(columns)}) d where {kept}"  # noqa: S608
    clashes = " and ".join(f"a.e{number} {one.operator} b.e{number}" for number, one in enumerate(elements))
    asked = (
        f"with kept as materialized ({inner}) select a.{KEY} from kept a where exists"  # noqa: S608
        f" (select from kept b where b.{ROW} <> a.{ROW} and {clashes})"
    )
    return _broken(connection, asked, "true")


def _unconverted(connection: Connection, rows: Rows, old: Column, new: Column) -> tuple[int, list[str]] | None:
    """Rows whose value cannot be converted: all at once, and one by one only where that fails; None for no row."""
    value = old.converted(new, "t", new.part)
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement("select pg_catalog.count({}) from {} t", raw(value), rows.table).encode())
        return None
    except (psycopg.errors.DataError, psycopg.errors.CannotCoerce, psycopg.errors.CheckViolation):
        pass
    asked = query("adopt_unconverted_rows").format(
        rows=raw(statement("select {} as {}, t.ctid as place from {} t", raw(rows.key()), KEY, rows.table)),
        value=raw(value),
        table=rows.table,
        key=sql.Identifier(KEY),
        examples=sql.Literal(EXAMPLES),
    )
    connection.execute(asked.as_string().encode())
    row = connection.execute("select pg_catalog.current_setting('rempart.unconverted')").fetchone()
    assert row is not None
    told = json.loads(row[0])
    return int(told["rows"]), [str(one) for one in told["examples"]]


def _changed(connection: Connection, rows: Rows, old: Column, new: Column) -> tuple[int, list[str]]:
    """Rows whose value is another one when it was converted there and back."""
    if not may_lose(old.type, new.type):
        return 0, []
    value = old.converted(new, "t", new.part)
    way = "" if has_cast(new.type, old.type) else "::pg_catalog.text"
    inner = statement(
        "select {} as {}, ({}){}::{} as back, t.{} as value from {} t",
        raw(rows.key()), KEY, raw(value), raw(way), raw(old.type), new.part, rows.table,
    )  # fmt: skip
    return _broken(connection, inner, "back is distinct from value")
