"""The rows of a table as they will stand after an adoption, as a query on the database before it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from pglast import parse_sql
from pglast.ast import Constraint, IndexElem, IndexStmt, String
from pglast.stream import RawStream
from pglast.visitors import Visitor
from psycopg import sql

from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint as ConstraintObject
from rempart.catalog.model import Catalog
from rempart.catalog.statement import joined, qualified, raw, statement

KEY, ROW = "rempart_key", "rempart_row"


class Unaskable(Exception):
    """Something that the rows alone cannot tell; the message says why."""


class Element(NamedTuple):
    """What an index or an exclusion constraint compares.

    Attributes:
        sql: A column or an expression.
        columns: The columns in it.
        operator: That of an exclusion constraint.
    """

    sql: str
    columns: frozenset[str]
    operator: str = ""

    @property
    def shown(self) -> str:
        """The column or expression, for people."""
        return self.sql.removeprefix("(").removesuffix(")") if self.sql.startswith("(") else self.sql


class Rows:
    """The rows of a table that exists before and after.

    Args:
        table: The table.
        before: The state it is in.
        after: The state it will be in.
    """

    def __init__(self, table: Identity, before: Catalog, after: Catalog) -> None:
        self._table, self._before, self._after = table, before, after

    @property
    def table(self) -> sql.Composable:
        """Its name."""
        return qualified(self._table.schema, self._table.name)

    def query(self, columns: Collection[str]) -> str:
        """The query: the columns, where each row stands, and what tells it from others, as text.

        Args:
            columns: The columns that are wanted.

        Raises:
            Unaskable: The database cannot tell what will stand in one.
        """
        wanted = [statement("{} as {}", raw(self._value(name)), name) for name in sorted(columns)]
        return statement(
            "select t.ctid as {}, {} as {}{} from {} t",
            ROW, raw(self.key()), KEY, raw("".join(f", {one}" for one in wanted)), self.table,
        )  # fmt: skip

    def key(self) -> str:
        """The SQL of what tells a row from others: its primary key, or where it stands."""
        for one in self._before.objects.values():
            if isinstance(one, ConstraintObject) and one.contype == "p" and one.identity.relation == self._table:
                columns = names_of(parsed_constraint(one.definition).keys)
                shown = [
                    statement("{} || t.{}::pg_catalog.text", raw(sql.Literal(f"{name}=").as_string()), name)
                    for name in columns
                ]
                return " || ', ' || ".join(shown)
        return "'row ' || t.ctid::pg_catalog.text"

    def column(self, name: str) -> tuple[Column | None, Column | None]:
        """A column before and after.

        Args:
            name: Its name.
        """
        identity = Identity("column", self._table.schema, self._table.name, name)
        old, new = (catalog.objects.get(identity) for catalog in (self._before, self._after))
        return (old if isinstance(old, Column) else None), (new if isinstance(new, Column) else None)

    def _value(self, name: str) -> str:
        old, new = self.column(name)
        if new is None:
            raise Unaskable(f"there is no column {name}")
        if new.generated and (old is None or old.expression != new.expression):
            raise Unaskable(f"what stands in {name} is computed")
        if old is None:
            if new.identity_kind:
                raise Unaskable(f"{name} is numbered when it is made")
            return f"({new.expression or 'null'})::{new.type}"
        return old.converted(new, "t", name) if old.type != new.type else statement("t.{}", name)


def parsed_constraint(definition: str) -> Constraint:
    """A constraint's parse tree.

    Args:
        definition: As Postgres writes it.
    """
    altered: Any = parse_sql(f"alter table t add constraint c {definition}")[0].stmt
    found = altered.cmds[0].def_
    assert isinstance(found, Constraint)
    return found


def parsed_index(definition: str) -> IndexStmt:
    """An index's parse tree.

    Args:
        definition: As Postgres writes it.
    """
    found = parse_sql(definition)[0].stmt
    assert isinstance(found, IndexStmt)
    return found


def elements_of(parts: Iterable[Any]) -> list[Element]:
    """What an index or an exclusion constraint compares.

    Args:
        parts: Of the parse tree.
    """
    found = []
    for part in parts:
        one, operator = part if isinstance(part, tuple) else (part, ())
        assert isinstance(one, IndexElem)
        if one.name:
            found.append(Element(statement("{}", str(one.name)), frozenset({str(one.name)}), _operator(operator)))
        else:
            found.append(Element(f"({printed(one.expr)})", columns_of(one.expr), _operator(operator)))
    return found


def _operator(names: tuple[String, ...]) -> str:
    parts = [str(name.sval) for name in names]
    if not parts:
        return ""
    schema = joined([statement("{}.", name) for name in parts[:-1]], "").as_string() or "pg_catalog."
    return f"operator({schema}{parts[-1]})"


def printed(node: Any) -> str:
    """The SQL of an expression.

    Args:
        node: Its parse tree.
    """
    return str(RawStream()(node))


def columns_of(node: Any) -> frozenset[str]:
    """The columns that an expression mentions.

    Args:
        node: Its parse tree.

    Raises:
        Unaskable: It mentions the whole row.
    """
    found: set[str] = set()

    class _Columns(Visitor):
        def visit_ColumnRef(self, _ancestors: object, one: Any) -> None:
            last = one.fields[-1]
            if not isinstance(last, String):
                raise Unaskable("it is about the whole row")
            found.add(str(last.sval))

    _Columns()(node)
    return frozenset(found)


def names_of(parts: Iterable[String] | None) -> list[str]:
    """Names out of a parse tree.

    Args:
        parts: The nodes.
    """
    return [str(part.sval) for part in parts or ()]
