"""Witness rows: made from the catalog so that each atom of each policy is true in some row and false in another."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import psycopg
from psycopg import sql

from rempart.access import candidates, predicates
from rempart.access.combinations import Casts, Group, Values, groups_of
from rempart.access.laboratory import Laboratory, Tried
from rempart.access.personas import RowClass
from rempart.access.predicates import Atom
from rempart.access.structure import Column, Relation, Structure
from rempart.catalog.statement import raw
from rempart.errors import UsageError

MOST_ROWS = 600
_PLAIN_ROWS = 3
_AGAIN = 4  # times that a row which met a unique key is tried with other values


@dataclass
class Witnesses:
    """The rows that were made for one table.

    Attributes:
        relation: The table.
        atoms: The atoms of its policies that read its columns.
        stored: The rows that are in the table because of us, each by column.
        refused: Rows that could not be stored beside the others: they serve as rows to insert.
        trouble: Why there is no row, or not every combination; empty when all is well.
    """

    relation: Relation
    atoms: list[Atom] = field(default_factory=list)
    stored: list[Values] = field(default_factory=list)
    refused: list[Values] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)


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
        for oid in order:
            planter.plant(oid)
        laboratory.connection.execute("set local session_replication_role = 'origin'")
    return planter.made


class _Planter:
    def __init__(self, laboratory: Laboratory, structure: Structure, classes: Sequence[RowClass]) -> None:
        self._laboratory, self._structure, self._classes = laboratory, structure, classes
        self._casts = Casts(laboratory)
        self.made: dict[int, Witnesses] = {}
        self._own_atoms = {oid: _atoms(structure, oid) for oid in structure.relations}
        self._mentioned = self._mentions()
        self._fixtures = self._fixed_rows()
        self._planted: dict[int, dict[str, list[str | None]]] = {}

    # ---- which tables, in which order ----

    def order(self) -> list[int]:
        """Tables that need rows, those that others refer to first."""
        structure = self._structure
        wanted = [
            relation.oid
            for relation in structure.relations.values()
            if relation.is_table and not relation.is_partition
            and (relation.exposed or relation.oid in self._mentioned or relation.oid in self._fixtures)
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

    def _mentions(self) -> dict[int, list[predicates.Mention]]:
        by_name = self._structure.by_name
        found: dict[int, list[predicates.Mention]] = defaultdict(list)
        for policies in self._structure.policies.values():
            for policy in policies:
                for expression in (policy.using, policy.with_check):
                    for mention in predicates.mentions(expression) if expression else ():
                        relation = by_name.get(f"{mention.schema}.{mention.table}")
                        if relation is not None and relation.is_table:
                            found[relation.oid].append(mention)
        return found

    def _fixed_rows(self) -> dict[int, list[Values]]:
        """The rows of the personas, and those that their foreign keys ask for."""
        found: dict[int, list[Values]] = defaultdict(list)
        by_name = self._structure.by_name
        for persona in self._laboratory.personas:
            for name, values in persona.rows.items():
                relation = by_name.get(name)
                if relation is None or not relation.is_table:
                    raise UsageError(f"persona {persona.name} has a row of {name}, which is no table.", _CORRECT)
                if unknown := sorted(set(values) - set(relation.columns)):
                    raise UsageError(
                        f"persona {persona.name}: {name} has no column {', '.join(unknown)}.", next_step=_CORRECT
                    )
                row = {column: _text(value) for column, value in values.items()}
                if row not in found[relation.oid]:
                    found[relation.oid].append(row)
        waiting = list(found)
        while waiting:
            oid = waiting.pop()
            for key in self._structure.foreign_keys.get(oid, ()):
                for row in list(found[oid]):
                    wanted = dict(zip(key.target_columns, (row.get(name) for name in key.columns), strict=True))
                    present = any(wanted.items() <= there.items() for there in found[key.target])
                    if None not in wanted.values() and not present:
                        found[key.target].append(wanted)
                        waiting.append(key.target)
        return dict(found)

    # ---- one table ----

    def introduce(self, oid: int) -> None:
        """Make the rows of the personas in a table."""
        relation = self._structure.relations[oid]
        made = self.made[oid] = Witnesses(relation, self._own_atoms[oid])
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
                raise UsageError(f"the row {json.dumps(row)} of {relation.qualified} cannot be made: {reason}", _CORRECT)

    def plant(self, oid: int) -> None:
        """Make the witness rows of a table; made again, those that became possible since."""
        made = self.made[oid]
        relation = made.relation
        columns = [column for column in self._structure.columns.get(oid, ()) if not column.generated]
        pools = self._pools(relation, columns)
        if oid in self._planted and (not pools or self._planted[oid] == pools):
            return
        made.trouble.clear()
        wanted = self._combined(pools, made)
        if oid in self._planted:
            wanted = [row for row in wanted if not any(row.items() <= there.items() for there in made.stored)]
        self._planted[oid] = pools
        groups = self._groups(relation, columns, pools, self._fixtures.get(oid, []), len(wanted) + len(made.stored))
        if hopeless := [group for group in groups if not group.admitted]:
            made.trouble.append("no row can be made: " + "; ".join(_hopeless(group) for group in hopeless))
            return
        self._fill(relation, columns, groups, wanted, made)

    def _groups(
        self,
        relation: Relation,
        columns: Sequence[Column],
        pools: Mapping[str, list[str | None]],
        fixtures: Sequence[Values],
        rows: int,
    ) -> list[Group]:
        lists = {column.name: self._values(relation, column, pools, fixtures, rows) for column in columns}
        return groups_of(self._laboratory, self._structure, relation, columns, lists)

    def _fill(
        self, relation: Relation, columns: list[Column], groups: list[Group], wanted: list[Values], made: Witnesses
    ) -> None:
        identities = self._identities(relation, columns)
        lacking = list(enumerate(wanted))
        offset = len(made.stored)
        for again in range(_AGAIN):
            rows, kept = [], []
            for number, fixed in lacking:
                row = self._complete(relation, groups, fixed, offset + number + again * len(wanted))
                if row is not None:
                    rows.append(row)
                    kept.append((number, fixed))
            theirs = [any(row.get(name) in values for name, values in identities.items()) for row in rows]
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
            if again == _AGAIN - 1:
                made.refused += [row for _, row in missing]
            if not lacking:
                return

    def _identities(self, relation: Relation, columns: Sequence[Column]) -> dict[str, set[str]]:
        """Where personas have rows of their own, more rows with their identity would make them somebody else."""
        if not any(relation.qualified in persona.rows for persona in self._laboratory.personas):
            return {}
        claims = {str(value) for persona in self._laboratory.personas for value in _flat(persona.claims)}
        roles = {persona.role for persona in self._laboratory.personas}
        return {column.name: claims - roles for column in columns}

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
                fitting = [
                    there for there in target.stored
                    if all(there[b] == fixed[a] for a, b in zip(key.columns, key.target_columns, strict=True) if a in fixed)
                ]  # fmt: skip
                there = (fitting or target.stored)[number % len(fitting or target.stored)]
                row |= {a: there[b] for a, b in zip(key.columns, key.target_columns, strict=True) if a not in fixed}
        return row

    # ---- values ----

    def _pools(self, relation: Relation, columns: Sequence[Column]) -> dict[str, list[str | None]]:
        """The values that matter, for the columns that policies and classes read."""
        named = {column.name: column for column in columns}
        atoms = [*self._own_atoms[relation.oid], *(mention.atom for mention in self._mentioned.get(relation.oid, ()))]
        pools: dict[str, list[str]] = defaultdict(list)
        constants: dict[str, list[str]] = defaultdict(list)
        for atom in atoms:
            given = self._session_values(atom.session)
            for name in atom.columns:
                if name in named:
                    pools[name] += self._casts.written(named[name], given)
                    constants[name] += self._casts.written(named[name], atom.constants)
        for row_class in self._classes:
            expression = row_class.rows.get(relation.qualified)
            if expression is None:
                continue
            given = self._persona_values(row_class)
            for name in _own_columns(expression, relation):
                if name in named:
                    pools[name] += self._casts.written(named[name], given)
        found: dict[str, list[str | None]] = {}
        for name in (name for name in named if name in pools or name in constants):
            column = named[name]
            values = [*constants[name], *candidates.neighbours(column, constants[name]), *pools[name]]
            values += candidates.neighbours(column, pools[name]) if column.category == "D" else []
            if constants[name]:
                values += self._check_constants(relation, column)
            values += column.labels or (("true", "false") if column.base == "bool" else ())
            values = self._casts.written(column, values)
            values += self._strangers(relation, column, values)
            found[name] = [*dict.fromkeys(values), *(() if column.not_null else (None,))]
        return found

    def _strangers(self, relation: Relation, column: Column, known: Iterable[str]) -> list[str]:
        """Values that nothing mentions: of a foreign key one row of each class, else one that is made up."""
        target = self._target(relation, column)
        if target is None:
            if column.labels or column.base == "bool":
                return []
            made_up = candidates.different(column, relation.qualified, 10_000)
            return [made_up] if made_up else []
        made, theirs = target
        chosen: dict[Any, str] = {}
        for row, kinds in zip(made.stored, self._kinds(made), strict=False):
            value = row.get(theirs)
            if value is not None:
                chosen.setdefault(kinds, value)
        for row in made.stored:
            value = row.get(theirs)
            if value is not None and value not in known:
                chosen.setdefault("any", value)
        return list(chosen.values())

    def _kinds(self, made: Witnesses) -> list[tuple[Any, ...]]:
        """For each stored row what the classes say of it."""
        relation = made.relation
        expressions = [row_class.rows[relation.qualified] for row_class in self._classes if relation.qualified in row_class.rows]
        primary = self._structure.primary.get(relation.oid)
        if not expressions or primary is None:
            return []
        statement = sql.SQL("select {}, {} from {} as {}").format(
            sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in primary),
            sql.SQL(", ").join(raw(f"({expression})::text") for expression in expressions),
            relation.identifier,
            sql.Identifier(relation.name),
        )
        answer = self._laboratory.asked(statement)
        if isinstance(answer, Tried):
            raise UsageError(f"a class does not fit {relation.qualified}: {answer.message}", next_step=_CORRECT)
        by_key = {row[: len(primary)]: row[len(primary) :] for row in answer}
        return [by_key.get(tuple(row[name] for name in primary), ()) for row in made.stored]

    def _values(
        self,
        relation: Relation,
        column: Column,
        pools: Mapping[str, list[str | None]],
        fixtures: Sequence[Values],
        rows: int,
    ) -> list[str | None]:
        """All values to try in a column, the most usual first."""
        fixed = self._casts.written(column, [str(row[column.name]) for row in fixtures if row.get(column.name) is not None])
        if column.name in pools:
            return list(dict.fromkeys([*pools[column.name], *fixed]))
        target = self._target(relation, column)
        values: list[str | None]
        if target is not None and target[0].stored:
            values = [row[target[1]] for row in target[0].stored]
        elif any(column.name in key for key in self._structure.unique.get(relation.oid, ())):
            checked = any(column.name in check.columns for check in self._structure.checks.get(relation.oid, ()))
            many = min(rows, 24) if checked else (rows + len(fixtures)) * _AGAIN
            varied = [candidates.different(column, relation.qualified, number) for number in range(many)]
            values = [value for value in varied if value is not None]
            values += self._check_constants(relation, column) if checked or not values else []
            values += candidates.usual(column, relation.qualified) if checked or not values else []
        else:
            values = [*self._default(column), *self._check_constants(relation, column)]
            values = [*candidates.usual(column, relation.qualified), *values] if column.category != "S" else [
                *values, *candidates.usual(column, relation.qualified)
            ]  # fmt: skip
        values += fixed
        if not column.not_null:
            values.append(None)
        return list(dict.fromkeys(values))

    def _check_constants(self, relation: Relation, column: Column) -> list[str]:
        found = []
        conditions = [
            check.condition for check in self._structure.checks.get(relation.oid, ()) if column.name in check.columns
        ]
        for condition in [*conditions, *column.domain_checks]:
            constants = predicates.constants_of(condition)
            found += self._casts.written(column, [*constants, *candidates.neighbours(column, constants)])
        return found

    def _default(self, column: Column) -> list[str]:
        """The default of a column, when it is a constant."""
        if column.default is None or predicates.calls_anything(column.default):
            return []
        return self._casts.written(column, predicates.constants_of(column.default))

    def _target(self, relation: Relation, column: Column) -> tuple[Witnesses, str] | None:
        for key in self._structure.foreign_keys.get(relation.oid, ()):
            if key.columns == (column.name,) and key.target in self.made:
                return self.made[key.target], key.target_columns[0]
        return None

    def _session_values(self, queries: Sequence[str]) -> list[str]:
        """What some queries give the personas, each value once."""
        if not queries:
            return []
        part = sql.SQL("array(select x::text from ({}) as s (x) where x is not null order by 1 limit 1) as answer")
        views = [self._laboratory.as_invoker(sql.SQL("select ") + part.format(raw(text))) for text in queries]
        statements = [sql.SQL("select answer from {}").format(view) for view in views if view is not None]
        answers = self._laboratory.ask_each(statements)
        # One of a set stands for it: the rows it names differ for nobody.
        found = [
            answer[0] for given in answers.values() for answer in given if not isinstance(answer, Tried) and answer
        ]
        return list(dict.fromkeys(value for value in found if value is not None))

    def _persona_values(self, row_class: RowClass) -> list[str]:
        values = persona_values(self._laboratory, row_class).values()
        return list(dict.fromkeys(value for value in values if value is not None))

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
        made.trouble.append(f"{total} combinations of {', '.join(pools)} are too many: rows for each pair of values only")
        return list(_pairwise(pools))

    # ---- storing ----

    def _insert(self, relation: Relation, columns: Sequence[Column], rows: Sequence[Values], made: Witnesses) -> int:
        if not rows:
            return 0
        returned = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c.name)) for c in columns)
        names = [column.name for column in columns]

        def store(some: Sequence[Values]) -> int:
            answer = self._laboratory.rows(_insertion(relation, columns, some) + sql.SQL(" returning ") + returned)
            made.stored += [dict(zip(names, row, strict=True)) for row in answer]
            return len(answer)

        try:
            return store(rows)
        except psycopg.Error:
            stored = 0
            for row in rows:
                try:
                    stored += store([row])
                except psycopg.Error as error:
                    reason = f"a row is refused: {error.sqlstate} {error.diag.message_primary}"
                    if reason not in made.trouble:
                        made.trouble.append(reason)
            return stored


_CORRECT = "correct the file of the personas"


def persona_values(laboratory: Laboratory, row_class: RowClass) -> dict[str, str | None]:
    """The personas' own values of a class, by name of the persona.

    Args:
        laboratory: Where.
        row_class: The class.

    Raises:
        UsageError: The expression of the class fails.
    """
    statement = sql.SQL("select array[({})::text]").format(raw(row_class.persona))
    found: dict[str, str | None] = {}
    for name, (answer,) in laboratory.ask_each([statement], as_superuser=True).items():
        if isinstance(answer, Tried):
            raise UsageError(f"the class {row_class.own} cannot be evaluated: {answer.message}", next_step=_CORRECT)
        found[name] = answer[0]
    return found


def _insertion(relation: Relation, columns: Sequence[Column], rows: Sequence[Values]) -> sql.Composed:
    if not columns:
        return sql.SQL("insert into {} default values").format(relation.identifier)
    values = sql.SQL(", ").join(
        sql.SQL("({})").format(
            sql.SQL(", ").join(sql.SQL("{}::{}").format(sql.Literal(row[c.name]), raw(c.type)) for c in columns)
        )
        for row in rows
    )
    return sql.SQL("insert into {} ({}) overriding system value values {} on conflict do nothing").format(
        relation.identifier, sql.SQL(", ").join(sql.Identifier(c.name) for c in columns), values
    )


def _atoms(structure: Structure, oid: int) -> list[Atom]:
    relation = structure.relations[oid]
    found: dict[str, Atom] = {}
    for policy in structure.policies.get(oid, ()):
        for expression in (policy.using, policy.with_check):
            for atom in predicates.atoms(expression, relation.name, frozenset(relation.columns)) if expression else ():
                if atom.columns:
                    found.setdefault(atom.text, atom)
    # What belongs to the session's own comes first in descriptions.
    return sorted(found.values(), key=lambda atom: atom.matched is None)


def _own_columns(expression: str, relation: Relation) -> list[str]:
    return predicates.columns_of(expression, relation.name, frozenset(relation.columns))


def _hopeless(group: Group) -> str:
    conditions = " and ".join(group.conditions)
    return f"no value was found for {', '.join(group.columns)}" + (f" that satisfies {conditions}" if conditions else "")


def _pairwise(pools: Mapping[str, list[str | None]]) -> Iterator[Values]:
    names = list(pools)
    covered: set[tuple[str, str | None, str, str | None]] = set()
    for first, one in enumerate(names):
        for other in names[first + 1 :]:
            for a, b in product(pools[one], pools[other]):
                if (one, a, other, b) in covered:
                    continue
                place = len(covered)
                row = {name: values[(place + index) % len(values)] for index, (name, values) in enumerate(pools.items())}
                row |= {one: a, other: b}
                covered |= {(x, row[x], y, row[y]) for i, x in enumerate(names) for y in names[i + 1 :]}
                yield row


def _flat(claims: Any) -> Iterator[Any]:
    if isinstance(claims, Mapping):
        for value in claims.values():
            yield from _flat(value)
    elif isinstance(claims, list):
        for value in claims:
            yield from _flat(value)
    else:
        yield claims


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
