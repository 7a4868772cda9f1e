"""The rows that attempts aim at, laid out for observation: values, places, and what each persona calls them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from psycopg import sql

from rempart.access.labels import Label
from rempart.access.laboratory import Answer, Laboratory, Tried
from rempart.access.personas import RowClass
from rempart.access.pools import Witnesses
from rempart.access.predicates import Atom, columns_of
from rempart.access.structure import Column, Relation, Structure
from rempart.catalog.statement import raw
from rempart.errors import UsageError

_NUMBER, _PLACE = "rempart_number", "rempart_place"


@dataclass(frozen=True)
class Specimen:
    """A row.

    Attributes:
        number: Its number within the relation.
        place: Where it is stored (`tableoid` and `ctid`); None when it only serves to be inserted.
        values: Its values as text, by column.
        literals: The same as SQL.
    """

    number: int
    place: str | None
    values: dict[str, str | None]
    literals: dict[str, str]


@dataclass
class Classes:
    """What the classes of the project say of the rows of one relation: for each the value of every row, by number."""

    named: list[tuple[RowClass, dict[int, str | None]]]

    def words(self, own: Mapping[str, str | None]) -> list[dict[int, str]]:
        """What a persona calls each row, for each class.

        Args:
            own: The persona's own value of each class, by the name of its own rows.
        """
        return [
            {
                number: one.none if value is None else one.own if value == own[one.own] else one.other
                for number, value in values.items()
            }
            for one, values in self.named
        ]


@dataclass
class Specimens:
    """The rows of one table.

    Attributes:
        relation: The table.
        columns: Its columns.
        rows: All of them.
        matter: The columns that policies and classes read.
        atoms: The atoms of its policies that read columns.
        trouble: What kept rows from being made.
        classes: What the classes say of the rows.
        questions: A view that says of each row what the atoms are, and one for each atom.
        seen: For each atom, whether it was true (True) and not true (False) for some persona and row.
        true_of_stored: The atoms that were true of a row that is in the table.
        statements: Statements about the rows, written once for all personas.
    """

    relation: Relation
    columns: list[Column]
    rows: list[Specimen]
    matter: list[str]
    atoms: list[Atom]
    trouble: list[str]
    classes: Classes
    questions: list[tuple[list[Atom], sql.Identifier]]
    seen: dict[str, set[bool]] = field(default_factory=dict)
    true_of_stored: set[str] = field(default_factory=set)
    statements: dict[tuple[object, ...], str] = field(default_factory=dict)

    @cached_property
    def stored(self) -> list[Specimen]:
        """The rows that are in the table."""
        return [row for row in self.rows if row.place is not None]

    def asking(self, *, again: bool = False) -> list[sql.Composed]:
        """What a persona is asked about the rows, for `labels`: all atoms at once.

        Args:
            again: Whether that failed, so that each atom is asked for by itself.
        """
        views = [view for _, view in (self.questions[1:] if again else self.questions[:1])]
        return [sql.SQL("select array_agg(to_json(q)::text) from {} as q").format(view) for view in views]

    def labels(self, answers: Sequence[Answer], own: Mapping[str, str | None]) -> dict[int, Label]:
        """What a persona would call each row: the project's classes first, then constants, then other conditions.

        Args:
            answers: Its answers to what `asking` asks, and asks again.
            own: The persona's own value of each class, by the name of its own rows.
        """
        words = self.classes.words(own)
        for name in dict.fromkeys(atom.compared for atom in self.atoms if atom.compared):
            shown = {row.number: row.values[name] for row in self.rows}
            words.append({n: f"{name} null" if value is None else f"{name} {value}" for n, value in shown.items()})
        held = self._held(answers)
        for atom in self.atoms:
            if atom.text in held:
                self.seen.setdefault(atom.text, set()).update(bool(value) for value in held[atom.text].values())
                if any(held[atom.text][row.number] for row in self.stored):
                    self.true_of_stored.add(atom.text)
                if atom.compared is None:
                    words.append({row.number: _word(atom, row, held[atom.text][row.number]) for row in self.rows})
        return {row.number: tuple(word[row.number] for word in words) for row in self.rows}

    def _held(self, answers: Sequence[Answer]) -> dict[str, dict[int, bool | None]]:
        found: dict[str, dict[int, bool | None]] = {}
        for (atoms, _), answer in zip(self.questions, answers, strict=False):
            if isinstance(answer, Tried):
                continue
            rows = [json.loads(text) for text in answer if text is not None]
            for place, atom in enumerate(atoms):
                found[atom.text] = {row[_NUMBER]: row[f"rempart_{place}"] for row in rows}
        return found


def copy_of(relation: Relation) -> sql.Identifier:
    """The copy of a table's rows that anybody may read.

    Args:
        relation: The table.
    """
    return sql.Identifier("rempart_probe", f"rows_{relation.oid}")


def lay_out(
    laboratory: Laboratory,
    structure: Structure,
    relation: Relation,
    witnesses: Witnesses | None,
    classes: Sequence[RowClass],
) -> Specimens:
    """Copy the rows of a table aside, with those that could not be stored, and number them.

    Args:
        laboratory: Where.
        structure: The structure.
        relation: The table.
        witnesses: What was made for it; None for a partition, which holds rows of its parent.
        classes: The classes of rows.

    Raises:
        UsageError: The expression of a class fails.
    """
    columns = structure.columns.get(relation.oid, [])
    _copy(laboratory, relation, [column for column in columns if not column.generated], witnesses)
    names = [column.name for column in columns]
    shown = sql.SQL("").join(sql.SQL(", {}::text").format(sql.Identifier(name)) for name in names)
    statement = sql.SQL("select {}, {}{} from {} order by 1").format(
        sql.Identifier(_NUMBER), sql.Identifier(_PLACE), shown, copy_of(relation)
    )
    rows = []
    for number, place, *values in laboratory.rows(statement):
        literals = {
            column.name: sql.Literal(value).as_string(laboratory.connection).lstrip() + f"::{column.type}"
            for column, value in zip(columns, values, strict=True)
        }
        rows.append(Specimen(number, place, dict(zip(names, values, strict=True)), literals))
    atoms = witnesses.atoms if witnesses else []
    named = [row_class for row_class in classes if relation.qualified in row_class.rows]
    matter = [name for atom in atoms for name in atom.columns]
    for row_class in named:
        matter += columns_of(row_class.rows[relation.qualified], relation.name, frozenset(names))
    questions = list(_questions(laboratory, relation, atoms)) if atoms and rows else []
    return Specimens(
        relation, columns, rows, list(dict.fromkeys(matter)), atoms, list(witnesses.trouble if witnesses else ()),
        Classes([(row_class, _class_values(laboratory, relation, row_class)) for row_class in named]), questions,
    )  # fmt: skip


def _copy(laboratory: Laboratory, relation: Relation, columns: Sequence[Column], witnesses: Witnesses | None) -> None:
    execute, copy = laboratory.connection.execute, copy_of(relation)
    number, place = sql.Identifier(_NUMBER), sql.Identifier(_PLACE)
    execute(
        sql.SQL("create table {} ({} int, {} text, like {} including generated)").format(
            copy, number, place, relation.identifier
        )
    )
    execute(sql.SQL("grant select on {} to public").format(copy))
    # Rows that only serve to be inserted obey no constraint here.
    if bound := [column for column in columns if column.not_null]:
        freed = sql.SQL(", ").join(
            sql.SQL("alter column {} drop not null").format(sql.Identifier(column.name)) for column in bound
        )
        execute(sql.SQL("alter table {} {}").format(copy, freed))
    names = sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(column.name)) for column in columns)
    execute(
        sql.SQL(
            "insert into {copy} ({number}, {place}{names}) select row_number() over (order by t.tableoid, t.ctid),"
            " t.tableoid::text || t.ctid::text{values} from {relation} t"
        ).format(
            copy=copy, number=number, place=place, names=names, relation=relation.identifier,
            values=sql.SQL("").join(sql.SQL(", t.{}").format(sql.Identifier(column.name)) for column in columns),
        )
    )  # fmt: skip
    for row in witnesses.refused if witnesses else ():
        values = sql.SQL("").join(
            sql.SQL(", {}::{}").format(sql.Literal(row[column.name]), raw(column.type)) for column in columns
        )
        execute(
            sql.SQL(
                "insert into {copy} ({number}, {place}{names}) select coalesce(max({number}), 0) + 1, null{values}"
                " from {copy}"
            ).format(copy=copy, number=number, place=place, names=names, values=values)
        )


def _class_values(laboratory: Laboratory, relation: Relation, row_class: RowClass) -> dict[int, str | None]:
    statement = sql.SQL("select {}, ({})::text from {} as {}").format(
        sql.Identifier(_NUMBER),
        raw(row_class.rows[relation.qualified]),
        copy_of(relation),
        sql.Identifier(relation.name),
    )
    answer = laboratory.asked(statement)
    if isinstance(answer, Tried):
        raise UsageError(
            f"the class {row_class.own} does not fit {relation.qualified}: {answer.message}",
            next_step="correct the file of the personas",
        )
    return dict(answer)


def _questions(
    laboratory: Laboratory, relation: Relation, atoms: list[Atom]
) -> Iterator[tuple[list[Atom], sql.Identifier]]:
    """All atoms at once and, for the case that one of them fails, each by itself."""
    for some in (atoms, *([atom] for atom in atoms)):
        conditions = sql.SQL("").join(
            sql.SQL(", ({})::boolean as {}").format(raw(atom.text), sql.Identifier(f"rempart_{number}"))
            for number, atom in enumerate(some)
        )
        view = laboratory.as_invoker(
            sql.SQL("select {}{} from {} as {}").format(
                sql.Identifier(_NUMBER), conditions, copy_of(relation), sql.Identifier(relation.name)
            )
        )
        if view is not None:
            yield some, view


def _word(atom: Atom, row: Specimen, held: bool | None) -> str:
    if atom.matched:
        if row.values[atom.matched] is None:
            return f"no {atom.matched}"
        return f"own {atom.matched}" if held else f"other {atom.matched}"
    return atom.shown if held else f"not ({atom.shown})"
