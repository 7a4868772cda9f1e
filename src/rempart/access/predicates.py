"""Predicates of policies taken apart: their atoms, and the parts of an atom that do not depend on the row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pglast import ast, parse_sql
from pglast.enums import SubLinkType
from pglast.stream import RawStream

from rempart.sqltext.expressions import conjuncts, equalities, reads_columns, without_casts
from rempart.sqltext.walk import children, column, nodes, nodes_of

_CONSTANT = re.compile(r"'((?:[^']|'')*)'|(?<![\w.])-?\d[\d.]*")
_CAST_CONSTANT = re.compile(r"CAST\(('(?:[^']|'')*'|-?[\d.]+|NULL) AS [^()]*(?:\(\d+\))?\)")


@dataclass(frozen=True)
class Atom:
    """A condition that no AND, OR or NOT joins.

    Attributes:
        text: As SQL.
        columns: The columns of the policy's table that it reads.
        constants: The constants in it, as text.
        session: Its parts that do not depend on the row, as SQL: each a query of one column.
        compared: The column that it compares with constants only; None otherwise.
        matched: The column that it compares for equality with what the session gives; None otherwise.
    """

    text: str
    columns: tuple[str, ...]
    constants: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    compared: str | None = None
    matched: str | None = None

    @cached_property
    def shown(self) -> str:
        """The atom for people: without the casts that Postgres adds to constants."""
        return " ".join(_CAST_CONSTANT.sub(r"\1", self.text).split())


@dataclass(frozen=True)
class Mention:
    """A column of another table that a predicate compares, in a query inside it.

    Attributes:
        schema: Schema of the table; empty when it is not written.
        table: The table.
        column: The column.
        atom: The comparison, seen from that table.
    """

    schema: str
    table: str
    column: str
    atom: Atom


def parsed(expression: str) -> Any:
    """The parse tree of an expression, as pg_get_expr gives it.

    Args:
        expression: The expression.
    """
    statement: Any = parse_sql(f"select {expression}")[0].stmt
    return statement.targetList[0].val


def atoms(expression: str, table: str, columns: frozenset[str]) -> list[Atom]:
    """The atoms of a predicate, in order, each once.

    Args:
        expression: The predicate, as pg_get_expr gives it.
        table: Name of its table, which qualifies its columns inside queries.
        columns: Columns of the table.
    """
    found: dict[str, Atom] = {}
    for node in _leaves(parsed(expression)):
        atom = _atom(node, table, columns)
        found.setdefault(atom.text, atom)
    return list(found.values())


def mentions(expression: str) -> list[Mention]:
    """The comparisons of columns of other tables in the queries inside a predicate.

    Args:
        expression: The predicate.
    """
    found = []
    for query in nodes_of(parsed(expression), ast.SelectStmt):
        tables = {
            (source.alias.aliasname if source.alias else source.relname): source
            for source in nodes_of(query.fromClause, ast.RangeVar)
        }
        for node in _leaves(query.whereClause) if query.whereClause is not None else ():
            for reference in nodes_of(node, ast.ColumnRef):
                parts = column(reference)
                source = tables.get(parts[-2]) if len(parts) > 1 else None
                if source is not None:
                    own = frozenset({parts[-1]})
                    atom = _atom(node, parts[-2], own)
                    found.append(Mention(source.schemaname or "", source.relname, parts[-1], atom))
    return found


def columns_of(expression: str, table: str, columns: frozenset[str]) -> list[str]:
    """The columns of a table that an expression over its rows reads.

    Args:
        expression: The expression.
        table: Name of the table.
        columns: Its columns.
    """
    return list(_columns(parsed(expression), table, columns))


def constants_of(expression: str) -> list[str]:
    """The constants in an expression, as text, in order.

    Args:
        expression: The expression.
    """
    return list(_constants(parsed(expression)))


def quoted(text: str) -> list[str]:
    """The constants in the bound of a partition.

    Args:
        text: The bound, as Postgres writes it.
    """
    return [
        found.group(1).replace("''", "'") if found.group(1) else found.group(0) for found in _CONSTANT.finditer(text)
    ]


def calls_anything(expression: str) -> bool:
    """Whether an expression calls a function.

    Args:
        expression: The expression.
    """
    return any(isinstance(node, ast.FuncCall | ast.SQLValueFunction) for node in nodes(parsed(expression)))


def _leaves(node: Any) -> Iterator[Any]:
    if isinstance(node, ast.BoolExpr):
        for argument in node.args or ():
            yield from _leaves(argument)
    else:
        yield node


def _atom(node: Any, table: str, columns: frozenset[str]) -> Atom:
    read = tuple(_columns(node, table, columns))
    session = tuple(dict.fromkeys(_session_parts(node, table, columns)))
    constants = tuple(dict.fromkeys(_constants(node)))
    alone = read[0] if len(read) == 1 else None
    return Atom(
        text=_written(node),
        columns=read,
        constants=constants,
        session=session,
        compared=alone if alone and not session and _is_discrete(node) else None,
        matched=alone if alone and session and _is_match(node, alone) else None,
    )


def _written(node: Any) -> str:
    return str(RawStream()(node))


def _columns(node: Any, table: str, columns: frozenset[str]) -> Iterator[str]:
    seen = set()
    for reference in nodes_of(node, ast.ColumnRef):
        if _is_own(reference, table, columns) and column(reference)[-1] not in seen:
            seen.add(column(reference)[-1])
            yield column(reference)[-1]


def _is_own(node: Any, table: str, columns: frozenset[str]) -> bool:
    parts = column(node)
    return bool(parts) and parts[-1] in columns and (len(parts) == 1 or parts[-2] == table)


def _constants(node: Any) -> Iterator[str]:
    for one in nodes_of(node, ast.A_Const):
        value = one.val
        if isinstance(value, ast.String):
            yield str(value.sval)
        elif isinstance(value, ast.Integer):
            yield str(value.ival)
        elif isinstance(value, ast.Float):
            yield str(value.fval)
        elif isinstance(value, ast.Boolean):
            yield "true" if value.boolval else "false"


def _session_parts(node: Any, table: str, columns: frozenset[str]) -> Iterator[str]:
    """The largest parts that read nothing of the row and are more than constants, each as a query of one column."""
    if isinstance(node, ast.SubLink) and not any(_is_own(n, table, columns) for n in nodes(node.subselect)):
        if node.subLinkType == SubLinkType.EXISTS_SUBLINK:
            return
        yield _written(node.subselect)
        if node.testexpr is not None:
            yield from _session_parts(node.testexpr, table, columns)
        return
    if isinstance(node, ast.SelectStmt):
        # Conditions of a query that depends on the row: their parts that do not.
        for condition in _leaves(node.whereClause) if node.whereClause is not None else ():
            for part in children(condition):
                if not any(isinstance(n, ast.ColumnRef) for n in nodes(part)):
                    yield from _session_parts(part, table, columns)
        yield from _counterparts(node, table, columns)
        return
    if isinstance(node, ast.FuncCall | ast.SQLValueFunction | ast.TypeCast | ast.A_Expr | ast.CoalesceExpr) and not any(
        isinstance(n, ast.ColumnRef) for n in nodes(node)
    ):
        if any(isinstance(n, ast.FuncCall | ast.SQLValueFunction | ast.SubLink) for n in nodes(node)):
            yield f"SELECT {_written(node)}"
        return
    for child in children(node):
        yield from _session_parts(child, table, columns)


def _counterparts(query: Any, table: str, columns: frozenset[str]) -> Iterator[str]:
    """What a query that depends on the row compares its columns with, as queries that do not depend on it."""
    if query.fromClause is None or query.whereClause is None or query.groupClause or query.havingClause:
        return

    def of_row(part: Any) -> bool:
        return any(_is_own(one, table, columns) for one in nodes(part))

    conditions = list(conjuncts(query.whereClause))
    free = [f"({_written(one)})" for one in conditions if not of_row(one)]
    where = f" WHERE {' AND '.join(free)}" if free else ""
    sources = ", ".join(_written(source) for source in query.fromClause)
    if of_row(query.fromClause):
        return
    for condition in conditions:
        for left, right, _ in equalities(condition):
            for one, other in ((left, right), (right, left)):
                if _is_own(without_casts(one), table, columns) and not of_row(other) and reads_columns(other):
                    yield f"SELECT {_written(other)} FROM {sources}{where}"  # noqa: S608 - of a policy, tried as a persona


def _is_discrete(node: Any) -> bool:
    """Whether it is a comparison by equality with constants, a bare column, or a test for truth."""
    if isinstance(node, ast.ColumnRef | ast.BooleanTest):
        return True
    pairs = list(equalities(node))
    if not pairs and isinstance(node, ast.A_Expr) and [part.sval for part in node.name or ()] == ["<>"]:
        pairs = [(node.lexpr, node.rexpr, node)]
    return bool(pairs) and all(
        isinstance(without_casts(one), ast.ColumnRef | ast.A_Const) for left, right, _ in pairs for one in (left, right)
    )


def _is_match(node: Any, name: str) -> bool:
    """Whether a column stands alone on one side of an equality or an IN."""
    if isinstance(node, ast.SubLink):
        return node.subLinkType == SubLinkType.ANY_SUBLINK and column(without_casts(node.testexpr))[-1:] == (name,)
    return any(
        column(without_casts(one))[-1:] == (name,) for left, right, _ in equalities(node) for one in (left, right)
    )
