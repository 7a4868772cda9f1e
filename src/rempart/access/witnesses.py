"""Witness rows: made from the catalog so that each atom of each policy is true in some row and false in another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import psycopg
from psycopg import sql

from rempart.access.combinations import Group, Values, groups_of
from rempart.access.fixtures import CORRECT, identities, rows_of_personas
from rempart.access.laboratory import Laboratory
from rempart.access.personas import RowClass
from rempart.access.pools import AGAIN, Pools, Witnesses
from rempart.access.structure import Column, Relation, Structure, query
from rempart.catalog.statement import raw
from rempart.errors import UsageError

MOST_ROWS = 600
_PAST_KEYS = 30_000  # no witness row has such a number for a key, and a smallint can still be one
_PLAIN_ROWS = 3


def plant(laboratory: Laboratory, structure: Structure, classes: Sequence[RowClass]) -> dict[int, Witnesses]:
    """Make the rows of the personas and the witness rows, in every table that matters to an exposed relation.

    Args:
        laboratory: Where; triggers and foreign keys do not take part, checks and unique keys do.
        structure: The structure of the database.
        classes: The classes of rows that the project names.

    Returns:
        What was made, by table.

    Raises:
        UsageError: A row of a persona names a table or column that does not exist, or cannot be made.
    """
    planter = _Planter(laboratory, structure, classes)
    with laboratory.connection.transaction():
        laboratory.connection.execute("set local session_replication_role = 'replica'")
        order = planter.order()
        for oid in order:
            planter.introduce(oid)
        for oid in order:
            planter.plant(oid)
        # Rows of later tables may give the queries of earlier ones an answer.
        planter.pools.forget()
        for oid in order:
            planter.plant(oid)
        laboratory.connection.execute(query("advance_sequences"), {"past": _PAST_KEYS})
        laboratory.connection.execute("set local session_replication_role = 'origin'")
    return planter.made


class _Planter:
    def __init__(self, laboratory: Laboratory, structure: Structure, classes: Sequence[RowClass]) -> None:
        self._laboratory, self._structure = laboratory, structure
        self.made: dict[int, Witnesses] = {}
        self.pools = Pools(laboratory, structure, classes, self.made)
        self._fixtures = rows_of_personas(laboratory.personas, structure)
        self._planted: dict[int, dict[str, list[str | None]]] = {}

    def order(self) -> list[int]:
        """Tables that need rows, those that others refer to first."""
        structure = self._structure
        wanted = [
            relation.oid
            for relation in structure.relations.values()
            if relation.is_table and not relation.is_partition
            and (
                relation.exposed or relation.behind_view
                or relation.oid in self.pools.mentioned or relation.oid in self._fixtures
            )
        ]  # fmt: skip
        ordered: dict[int, None] = {}
        entered: set[int] = set()

        def visit(oid: int) -> None:
            if oid in entered or oid not in structure.relations:
                return
            entered.add(oid)
            for key in structure.foreign_keys.get(oid, ()):
                visit(key.target)
            ordered[oid] = None

        for oid in wanted:
            visit(oid)
        return list(ordered)

    def introduce(self, oid: int) -> None:
        """Make the rows of the personas in a table."""
        relation = self._structure.relations[oid]
        made = self.made[oid] = Witnesses(relation, self.pools.atoms[oid])
        columns = [column for column in self._structure.columns.get(oid, ()) if not column.generated]
        fixtures = self._fixtures.get(oid, [])
        if not fixtures:
            return
        groups = self._groups(relation, columns, {}, fixtures, 0)
        for number, row in enumerate(fixtures):
            # What a persona's row does not say is left empty, where that is possible.
            empty = {c.name: None for c in columns if not c.not_null and c.default is None and c.name not in row}
            chosen = [self._complete(relation, groups, fixed, number) for fixed in ({**row, **empty}, row)]
            complete = next((one for one in chosen if one is not None), None)
            if complete is None or self._insert(relation, columns, [complete], made) == 0:
                reason = made.trouble[-1] if made.trouble else "a check or a unique key refuses its values"
                raise UsageError(f"the row {json.dumps(row)} of {relation.qualified} cannot be made: {reason}", CORRECT)

    def plant(self, oid: int) -> None:
        """Make the witness rows of a table; made again, those that became possible since."""
        made = self.made[oid]
        relation = made.relation
        columns = [column for column in self._structure.columns.get(oid, ()) if not column.generated]
        pools = self.pools.that_matter(relation, columns)
        if oid in self._planted and (not pools or self._planted[oid] == pools):
            return
        made.trouble.clear()
        wanted = self._combined(pools, made)
        wanted += _left_open(wanted, self._structure.keys(relation))
        if oid in self._planted:
            wanted = [row for row in wanted if not any(row.items() <= there.items() for there in made.stored)]
        self._planted[oid] = pools
        groups = self._groups(relation, columns, pools, self._fixtures.get(oid, []), len(wanted) + len(made.stored))
        if hopeless := [group for group in groups if not group.admitted]:
            made.trouble.append("no row can be made: " + "; ".join(_hopeless(group) for group in hopeless))
            return
        self._fill(relation, columns, groups, wanted, made)
        if not made.stored:
            # Checks refuse all that policies mention.
            self._fill(relation, columns, groups, [{} for _ in range(_PLAIN_ROWS)], made)

    def _groups(
        self,
        relation: Relation,
        columns: Sequence[Column],
        pools: Mapping[str, list[str | None]],
        fixtures: Sequence[Values],
        rows: int,
    ) -> list[Group]:
        lists = {column.name: self.pools.values(relation, column, pools, fixtures, rows) for column in columns}
        return groups_of(self._laboratory, self._structure, relation, columns, lists)

    def _fill(
        self, relation: Relation, columns: list[Column], groups: list[Group], wanted: list[Values], made: Witnesses
    ) -> None:
        theirs_only = identities(self._laboratory.personas, relation)
        lacking = list(enumerate(wanted))
        offset = len(made.stored)
        for again in range(AGAIN):
            rows, kept = [], []
            for number, fixed in lacking:
                row = self._complete(relation, groups, fixed, offset + number + again * len(wanted))
                if row is not None:
                    rows.append(row)
                    kept.append((number, fixed))
            theirs = [any(row.get(name) in values for name, values in theirs_only.items()) for row in rows]
            made.refused += [row for row, persona in zip(rows, theirs, strict=True) if persona and not again]
            rows = [row for row, persona in zip(rows, theirs, strict=True) if not persona]
            kept = [one for one, persona in zip(kept, theirs, strict=True) if not persona]
            before = len(made.stored)
            self._insert(relation, columns, rows, made)
            if len(made.stored) - before == len(rows):
                return
            held = [frozenset(row.items()) for row in made.stored]
            missing = [
                (one, row) for one, row in zip(kept, rows, strict=True)
                if not any(frozenset(row.items()) <= there for there in held)
            ]  # fmt: skip
            lacking = [one for one, _ in missing]
            if again == AGAIN - 1:
                made.refused += [row for _, row in missing]
            if not lacking:
                return

    def _complete(
        self, relation: Relation, groups: Sequence[Group], fixed: Mapping[str, str | None], number: int
    ) -> Values | None:
        row: Values = {}
        for group in groups:
            chosen = group.choose(fixed, number)
            if chosen is None:
                return None
            row |= chosen
        for key in self._structure.foreign_keys.get(relation.oid, ()):
            if len(key.columns) > 1 and (target := self.made.get(key.target)) and target.stored:
                pairs = list(zip(key.columns, key.target_columns, strict=True))
                fitting = [
                    there for there in target.stored
                    if all(there[b] == fixed[a] for a, b in pairs if a in fixed)
                ]  # fmt: skip
                there = (fitting or target.stored)[number % len(fitting or target.stored)]
                row |= {a: there[b] for a, b in pairs if a not in fixed}
        return row

    def _combined(self, pools: Mapping[str, list[str | None]], made: Witnesses) -> list[Values]:
        """Combinations of the values that matter: all of them, or when there are too many, each pair once."""
        if not pools:
            return [{} for _ in range(_PLAIN_ROWS)]
        total = 1
        for values in pools.values():
            total *= max(len(values), 1)
        everything = ({**dict(zip(pools, values, strict=True))} for values in product(*pools.values()))
        if total <= MOST_ROWS:
            return list(everything)
        made.trouble.append(
            f"{total} combinations of {', '.join(pools)} are too many: rows for each pair of values only"
        )
        return list(_pairwise(pools))

    def _insert(self, relation: Relation, columns: Sequence[Column], rows: Sequence[Values], made: Witnesses) -> int:
        if not rows:
            return 0
        returned = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c.name)) for c in columns)
        names = [column.name for column in columns]

        def store(some: Sequence[Values], *, guarded: bool = True) -> int:
            insertion = _insertion(relation, columns, some) + raw(" on conflict do nothing" if guarded else "")
            answer = self._laboratory.rows(insertion + sql.SQL(" returning ") + returned)
            made.stored += [dict(zip(names, row, strict=True)) for row in answer]
            return len(answer)

        try:
            return store(rows)
        except psycopg.Error as refusal:
            # A table with a rewrite rule takes no ON CONFLICT.
            guarded = not isinstance(refusal, psycopg.errors.FeatureNotSupported)
            stored = 0
            for row in rows:
                try:
                    stored += store([row], guarded=guarded)
                except (psycopg.errors.UniqueViolation, psycopg.errors.ExclusionViolation):
                    continue
                except psycopg.Error as error:
                    reason = f"a row is refused: {error.sqlstate} {error.diag.message_primary}"
                    if reason not in made.trouble:
                        made.trouble.append(reason)
            return stored


def _insertion(relation: Relation, columns: Sequence[Column], rows: Sequence[Values]) -> sql.Composed:
    if not columns:
        return sql.SQL("insert into {} default values").format(relation.identifier)
    values = sql.SQL(", ").join(
        sql.SQL("({})").format(
            sql.SQL(", ").join(sql.SQL("{}::{}").format(sql.Literal(row[c.name]), raw(c.type)) for c in columns)
        )
        for row in rows
    )
    return sql.SQL("insert into {} ({}) overriding system value values {}").format(
        relation.identifier, sql.SQL(", ").join(sql.Identifier(c.name) for c in columns), values
    )


def _hopeless(group: Group) -> str:
    conditions = " and ".join(group.conditions)
    return f"no value was found for {', '.join(group.columns)}" + (
        f" that satisfies {conditions}" if conditions else ""
    )


def _left_open(wanted: Sequence[Values], keys: set[str]) -> list[Values]:
    """The rows that a key refuses beside an earlier one of the same value, with another value of it."""
    seen: set[tuple[str, str | None]] = set()
    found = []
    for row in wanted:
        used = {name for name in keys & row.keys() if (name, row[name]) in seen}
        seen |= {(name, row[name]) for name in keys & row.keys()}
        if used:
            found.append({name: value for name, value in row.items() if name not in used})
    return found


def _pairwise(pools: Mapping[str, list[str | None]]) -> Iterator[Values]:
    names = list(pools)
    covered: set[tuple[str, str | None, str, str | None]] = set()
    for first, one in enumerate(names):
        for other in names[first + 1 :]:
            for a, b in product(pools[one], pools[other]):
                if (one, a, other, b) in covered:
                    continue
                place = len(covered)
                row = {
                    name: values[(place + index) % len(values)] for index, (name, values) in enumerate(pools.items())
                }
                row |= {one: a, other: b}
                covered |= {(x, row[x], y, row[y]) for i, x in enumerate(names) for y in names[i + 1 :]}
                yield row
