"""The values to try in each column: those that policies and classes compare, and those that checks admit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from rempart.access import candidates, predicates
from rempart.access.combinations import Casts, Values
from rempart.access.fixtures import CORRECT
from rempart.access.laboratory import Laboratory, Tried
from rempart.access.personas import RowClass
from rempart.access.predicates import Atom, Mention
from rempart.access.structure import Column, Relation, Structure
from rempart.catalog.statement import raw
from rempart.errors import UsageError


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


AGAIN = 4  # times that a row which met a unique key is tried with other values


class Pools:
    """Finds values. What sessions answer is kept until `forget`.

    Args:
        laboratory: Where sessions are asked.
        structure: The structure.
        classes: The classes of rows.
        made: The rows there are so far, by table.
    """

    def __init__(
        self, laboratory: Laboratory, structure: Structure, classes: Sequence[RowClass], made: Mapping[int, Witnesses]
    ) -> None:
        self._laboratory, self._structure, self._classes, self._made = laboratory, structure, classes, made
        self._casts = Casts(laboratory)
        self._views: dict[str, sql.Identifier | None] = {}
        self._answers: dict[str, list[str]] = {}
        self._class_values: dict[str, list[str]] = {}
        self.atoms = {oid: _atoms(structure, oid) for oid in structure.relations}
        self.mentioned = _mentions(structure)

    def forget(self) -> None:
        """Ask the sessions again from now on: rows were made that may change their answers."""
        asked = list(self._answers)
        self._answers.clear()
        self._ask(asked)

    def that_matter(self, relation: Relation, columns: Sequence[Column]) -> dict[str, list[str | None]]:
        """The values that matter, for the columns that policies and classes read.

        Args:
            relation: The table.
            columns: Its columns.
        """
        named = {column.name: column for column in columns}
        atoms = [*self.atoms[relation.oid], *(mention.atom for mention in self.mentioned.get(relation.oid, ()))]
        pools: dict[str, list[str]] = defaultdict(list)
        constants: dict[str, list[str]] = defaultdict(list)
        keys = self._structure.keys(relation)
        for atom in atoms:
            given = self._session_values(atom.session)
            for name in atom.columns:
                if name in named:
                    texts = (
                        candidates.documents(named[name], atom.constants, given)
                        or candidates.lists(named[name], atom.constants, given)
                        or atom.constants
                    )
                    some, others = self._casts.written(named[name], given), self._casts.written(named[name], texts)
                    # A key of which nothing is wanted has another value in each row.
                    if some or others or name not in keys:
                        pools[name] += some
                        constants[name] += others
        for row_class in self._classes:
            expression = row_class.rows.get(relation.qualified)
            if expression is None:
                continue
            given = self._persona_values(row_class)
            for name in predicates.columns_of(expression, relation.name, frozenset(relation.columns)):
                if name in named:
                    pools[name] += self._casts.written(named[name], given)
        bound = {name for one in self._structure.bounds.get(relation.oid, ()) for name in one.columns}
        found: dict[str, list[str | None]] = {}
        for name in (name for name in named if name in pools or name in constants):
            column = named[name]
            values = [*constants[name], *candidates.neighbours(column, constants[name]), *pools[name]]
            values += candidates.neighbours(column, pools[name]) if column.category == "D" else []
            if constants[name] or name in bound:
                values += self._check_constants(relation, column)
            values += column.labels or (("true", "false") if column.base == "bool" else ())
            values = self._casts.written(column, values or candidates.usual(column, relation.qualified)[:2])
            values += self._strangers(relation, column, values)
            found[name] = [*dict.fromkeys(values), *(() if column.not_null else (None,))]
        return found

    def _strangers(self, relation: Relation, column: Column, known: Iterable[str]) -> list[str]:
        """Values that nothing mentions: of a foreign key one row of each kind, else one that is made up."""
        target = self._target(relation, column)
        if target is None:
            if column.labels or column.base == "bool":
                return []
            made_up = candidates.different(column, relation.qualified, 10_000)
            return [made_up] if made_up else []
        made, theirs = target
        chosen: dict[Any, str] = {}
        # A policy that asks for the parent sees what the parent's own policies let through.
        matched = dict.fromkeys(atom.matched for atom in self.atoms[made.relation.oid] if atom.matched)
        told = matched if made.relation.oid in self.mentioned else {}
        kinds = self._kinds(made) or ([()] * len(made.stored) if told else [])
        for row, kind in zip(made.stored, kinds, strict=False):
            value = row.get(theirs)
            if value is not None:
                chosen.setdefault((kind, *(row.get(name) for name in told)), value)
        for row in made.stored:
            value = row.get(theirs)
            if value is not None and value not in known:
                chosen.setdefault("any", value)
        return list(chosen.values())

    def _kinds(self, made: Witnesses) -> list[tuple[Any, ...]]:
        """For each stored row what the classes say of it."""
        relation = made.relation
        expressions = [
            row_class.rows[relation.qualified] for row_class in self._classes if relation.qualified in row_class.rows
        ]
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
            raise UsageError(f"a class does not fit {relation.qualified}: {answer.message}", next_step=CORRECT)
        by_key = {row[: len(primary)]: row[len(primary) :] for row in answer}
        return [by_key.get(tuple(row[name] for name in primary), ()) for row in made.stored]

    def values(
        self,
        relation: Relation,
        column: Column,
        pools: Mapping[str, list[str | None]],
        fixtures: Sequence[Values],
        rows: int,
    ) -> list[str | None]:
        """All values to try in a column, the most usual first.

        Args:
            relation: The table.
            column: The column.
            pools: The values that matter.
            fixtures: Rows of personas.
            rows: How many rows there will be.
        """
        fixed = self._casts.written(
            column, [str(row[column.name]) for row in fixtures if row.get(column.name) is not None]
        )
        if column.name in pools:
            # What nothing mentions comes last: checks may refuse everything else.
            last = [*self._check_constants(relation, column), *candidates.usual(column, relation.qualified)]
            if column.name in self._structure.keys(relation):
                numbers = range(10_001, 10_001 + rows * AGAIN)
                more = [candidates.different(column, relation.qualified, number) for number in numbers]
                last += [value for value in more if value is not None]
            return list(dict.fromkeys([*pools[column.name], *fixed, *last]))
        target = self._target(relation, column)
        values: list[str | None]
        if target is not None and target[0].stored:
            values = [row[target[1]] for row in target[0].stored]
        elif any(column.name in key for key in self._structure.unique.get(relation.oid, ())):
            checks = self._structure.checks.get(relation.oid, ())
            checked = bool(column.domain_checks) or any(column.name in check.columns for check in checks)
            many = min(rows, 24) if checked else (rows + len(fixtures)) * AGAIN
            varied = [candidates.different(column, relation.qualified, number) for number in range(many)]
            values = [value for value in varied if value is not None]
            values += self._check_constants(relation, column) if checked or not values else []
            values += candidates.usual(column, relation.qualified) if checked or not values else []
        elif column.name in {name for one in self._structure.bounds.get(relation.oid, ()) for name in one.columns}:
            values = list(self._check_constants(relation, column))
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
        bounds = [bound.text for bound in self._structure.bounds.get(relation.oid, ()) if column.name in bound.columns]
        found += self._casts.written(column, [text for bound in bounds for text in predicates.quoted(bound)])
        for condition in [*conditions, *column.domain_checks]:
            constants = predicates.constants_of(condition)
            found += self._casts.written(
                column,
                [*constants, *candidates.neighbours(column, constants), *candidates.lengths(column, constants)],
            )
        return found

    def _default(self, column: Column) -> list[str]:
        """The default of a column, when it is a constant."""
        if column.default is None or predicates.calls_anything(column.default):
            return []
        return self._casts.written(column, predicates.constants_of(column.default))

    def _target(self, relation: Relation, column: Column) -> tuple[Witnesses, str] | None:
        for key in self._structure.foreign_keys.get(relation.oid, ()):
            if key.columns == (column.name,) and key.target in self._made:
                return self._made[key.target], key.target_columns[0]
        return None

    def _session_values(self, queries: Sequence[str]) -> list[str]:
        """What some queries give the personas, each value once."""
        self._ask([text for text in queries if text not in self._answers])
        return list(dict.fromkeys(value for text in queries for value in self._answers[text]))

    def _ask(self, queries: Sequence[str]) -> None:
        part = sql.SQL("array(select x::text from ({}) as s (x) where x is not null order by 1 limit 1) as answer")
        for text in queries:
            if text not in self._views:
                self._views[text] = self._laboratory.as_invoker(sql.SQL("select ") + part.format(raw(text)))
        known = [text for text in queries if self._views[text] is not None]
        statements = [sql.SQL("select answer from {}").format(self._views[text]) for text in known]
        self._answers |= {text: [] for text in queries}
        for answers in self._laboratory.ask_each(statements).values():
            for text, answer in zip(known, answers, strict=True):
                # One of a set stands for it: the rows it names differ for nobody.
                if not isinstance(answer, Tried) and answer and answer[0] is not None:
                    self._answers[text].append(answer[0])

    def _persona_values(self, row_class: RowClass) -> list[str]:
        if row_class.own not in self._class_values:
            values = persona_values(self._laboratory, row_class).values()
            self._class_values[row_class.own] = list(dict.fromkeys(value for value in values if value is not None))
        return self._class_values[row_class.own]


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
            raise UsageError(f"the class {row_class.own} cannot be evaluated: {answer.message}", next_step=CORRECT)
        found[name] = answer[0]
    return found


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


def _mentions(structure: Structure) -> dict[int, list[Mention]]:
    """The comparisons of a table's columns in queries inside the policies of any table, by table."""
    by_name = structure.by_name
    found: dict[int, list[Mention]] = defaultdict(list)
    for policies in structure.policies.values():
        for policy in policies:
            for expression in (policy.using, policy.with_check):
                for mention in predicates.mentions(expression) if expression else ():
                    relation = by_name.get(f"{mention.schema}.{mention.table}")
                    if relation is not None and relation.is_table:
                        found[relation.oid].append(mention)
    return found
