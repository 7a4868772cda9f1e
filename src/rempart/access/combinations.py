"""Rows that the checks of a table admit: Postgres picks them out of all combinations of candidate values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from rempart.access.laboratory import Laboratory, Tried
from rempart.access.structure import Column, Relation, Structure
from rempart.catalog.statement import raw

Values = dict[str, str | None]
_MOST = 4000  # combinations kept of one group of columns
_TRIED = 40_000  # combinations that are tried of it
_VALUE = re.compile(r"\bVALUE\b")


@dataclass
class Group:
    """Columns that checks tie together, with the combinations of values that all of them admit.

    Attributes:
        columns: Their names.
        admitted: The combinations, the most usual first.
        conditions: The checks, for people.
    """

    columns: tuple[str, ...]
    admitted: list[tuple[str | None, ...]]
    conditions: tuple[str, ...]
    _by_fixed: dict[tuple[str, ...], dict[tuple[str | None, ...], list[tuple[str | None, ...]]]] = field(
        default_factory=dict
    )

    def choose(self, fixed: Mapping[str, str | None], number: int) -> Values | None:
        """The values for one row; None when the checks refuse the fixed ones.

        Args:
            fixed: Values that are given.
            number: Number of the row: rows take different combinations.
        """
        given = tuple(name for name in self.columns if name in fixed)
        if given not in self._by_fixed:
            places = [self.columns.index(name) for name in given]
            index: dict[tuple[str | None, ...], list[tuple[str | None, ...]]] = {}
            for combination in self.admitted:
                index.setdefault(tuple(combination[place] for place in places), []).append(combination)
            self._by_fixed[given] = index
        fitting = self._by_fixed[given].get(tuple(fixed[name] for name in given))
        if not fitting:
            return None
        return dict(zip(self.columns, fitting[number % len(fitting)], strict=True))


def groups_of(
    laboratory: Laboratory,
    structure: Structure,
    relation: Relation,
    columns: Sequence[Column],
    candidates: Mapping[str, list[str | None]],
) -> list[Group]:
    """The columns of a table in groups that do not depend on each other.

    Args:
        laboratory: Where Postgres tries the combinations.
        structure: The structure.
        relation: The table.
        columns: The columns that take values.
        candidates: The values to try, by column.
    """
    named = {column.name: column for column in columns}
    checks = structure.checks.get(relation.oid, [])
    joined = {name: {name} for name in named}
    for check in checks:
        together = set().union(*(joined[name] for name in check.columns if name in named)) if check.columns else set()
        for name in together:
            joined[name] = together
    found = []
    for group in {frozenset(group) for group in joined.values()}:
        names = tuple(name for name in named if name in group)
        conditions = [check.condition for check in checks if set(check.columns) & group]
        for name in names:
            quoted = sql.Identifier(name).as_string(laboratory.connection)
            # A quoted name may hold what a replacement would take for a reference.
            conditions += [_VALUE.sub(quoted.replace("\\", r"\\"), check) for check in named[name].domain_checks]
        found.append(_group(laboratory, [named[name] for name in names], candidates, conditions))
    return sorted(found, key=lambda group: list(named).index(group.columns[0]))


def _group(
    laboratory: Laboratory,
    columns: Sequence[Column],
    candidates: Mapping[str, list[str | None]],
    conditions: Sequence[str],
) -> Group:
    names = tuple(column.name for column in columns)
    if not conditions and len(columns) == 1:
        return Group(names, [(value,) for value in candidates[names[0]]], ())
    lists = [
        _harmless(laboratory, column, candidates[column.name], conditions, alone=len(columns) == 1)
        for column in columns
    ]
    while len(lists) > 1 and _product(lists) > _TRIED:
        longest = max(range(len(lists)), key=lambda place: len(lists[place]))
        lists[longest] = lists[longest][: max(2, len(lists[longest]) * 2 // 3)]
        if all(len(values) <= 2 for values in lists):
            break
    sources, orders = [], []
    for place, (column, values) in enumerate(zip(columns, lists, strict=True)):
        rows = sql.SQL(", ").join(
            sql.SQL("({}, {}::{})").format(number, sql.Literal(value), raw(column.type))
            for number, value in enumerate(values)
        )
        order = sql.Identifier(f"rempart_order_{place}")
        sources.append(
            sql.SQL("(values {}) as {} ({}, {})").format(
                rows, sql.Identifier(f"rempart_{place}"), order, sql.Identifier(column.name)
            )
        )
        orders.append(order)
    shown = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names)
    statement = sql.SQL("select {} from {} where {} order by {}, {} limit {}").format(
        shown,
        sql.SQL(" cross join ").join(sources),
        sql.SQL(" and ").join(raw(f"(({condition}) is not false)") for condition in conditions) or sql.SQL("true"),
        sql.SQL(" + ").join(orders),
        sql.SQL(", ").join(orders),
        _MOST,
    )
    if not all(lists):
        return Group(names, [], tuple(conditions))
    answer = laboratory.asked(statement)
    if isinstance(answer, Tried):
        return Group(names, [], (*conditions, f"{answer.state}: {answer.message}"))
    return Group(names, answer, tuple(conditions))


def _harmless(
    laboratory: Laboratory, column: Column, values: list[str | None], conditions: Sequence[str], *, alone: bool
) -> list[str | None]:
    """The values for which the conditions on one column do not fail altogether."""
    if not alone:
        return values
    shown = sql.SQL(", ").join(raw(f"({condition})") for condition in conditions)
    name = sql.Identifier(column.name)

    def fails(some: Sequence[str | None]) -> bool:
        rows = sql.SQL("), (").join(sql.SQL("{}::{}").format(sql.Literal(value), raw(column.type)) for value in some)
        return isinstance(
            laboratory.asked(sql.SQL("select {} from (values ({})) as v ({})").format(shown, rows, name)), Tried
        )

    return [value for value in values if not fails([value])] if values and fails(values) else values


def _product(lists: Sequence[Sequence[object]]) -> int:
    total = 1
    for values in lists:
        total *= len(values)
    return total


class Casts:
    """Which texts are values of which types, and how Postgres writes them. Asked once for each."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._laboratory = laboratory
        self._known: dict[tuple[str, str], str | None] = {}

    def written(self, column: Column, values: Sequence[str]) -> list[str]:
        """Those of some texts that are values of the type of a column, as Postgres writes them.

        Args:
            column: The column.
            values: The texts.
        """
        new = [value for value in dict.fromkeys(values) if (column.type, value) not in self._known]
        if new:
            answers = self._ask(column.type, new)
            if answers is None:
                answers = [(self._ask(column.type, [value]) or [None])[0] for value in new]
            self._known |= {(column.type, value): answer for value, answer in zip(new, answers, strict=True)}
        found = [self._known[column.type, value] for value in dict.fromkeys(values)]
        return [value for value in dict.fromkeys(found) if value is not None]

    def _ask(self, kind: str, values: Sequence[str]) -> list[str | None] | None:
        columns = sql.SQL(", ").join(sql.SQL("{}::{}::text").format(sql.Literal(v), raw(kind)) for v in values)
        try:
            return list(self._laboratory.rows(sql.SQL("select {}").format(columns))[0])
        except psycopg.Error:
            return None
