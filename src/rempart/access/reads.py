"""Reading: which rows of a relation a persona sees."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from rempart.access.cells import Access, Cell, Kind, RowOutcome, cell_of, denied, unknown
from rempart.access.holdings import Held
from rempart.access.labels import Label
from rempart.access.laboratory import Answer, Laboratory, Tried
from rempart.access.personas import RowClass
from rempart.access.specimens import Classes, Specimens
from rempart.access.structure import Relation
from rempart.catalog.statement import raw

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Shown:
    """All rows of a view, whoever asks: what a superuser reads with the claims of each persona in turn.

    Attributes:
        relation: The view.
        rows: Each row with its number: equal rows have different ones.
        classes: What the classes say of the rows.
        trouble: Why nothing could be read.
    """

    relation: Relation
    rows: dict[int, Row]
    classes: Classes
    trouble: str = ""


def all_rows(laboratory: Laboratory, relations: Sequence[Relation], classes: Sequence[RowClass]) -> dict[int, Shown]:
    """Read views, materialized views and foreign tables with full rights.

    Args:
        laboratory: Where.
        relations: What to read.
        classes: The classes of rows.

    Returns:
        By identifier of the relation.
    """
    named = {r.oid: [one for one in classes if r.qualified in one.rows] for r in relations}
    statements = [
        _selection(r, r.columns, [raw(f"({one.rows[r.qualified]})::text") for one in named[r.oid]]) for r in relations
    ]
    answers = laboratory.ask_each(statements, as_superuser=True)
    return {
        r.oid: _shown(r, named[r.oid], [given[place] for given in answers.values()])
        for place, r in enumerate(relations)
    }


def _shown(relation: Relation, named: Sequence[RowClass], answers: Sequence[Answer]) -> Shown:
    most: Counter[Row] = Counter()
    trouble = ""
    for answer in answers:
        if isinstance(answer, Tried):
            trouble = f"{answer.state} {answer.message}"
        else:
            most |= Counter(_rows(answer))
    width = len(relation.columns)
    everything = dict(enumerate(sorted(most.elements(), key=repr), start=1))
    classes = Classes(
        [(one, {n: row[width + place] for n, row in everything.items()}) for place, one in enumerate(named)]
    )
    return Shown(relation, {n: row[:width] for n, row in everything.items()}, classes, trouble if not most else "")


def table_reading(specimens: Specimens, held: Held) -> sql.Composed:
    """The query that shows which rows of a table a persona sees: where they are, or what it may read of them.

    Args:
        specimens: The rows.
        held: What the persona holds.
    """
    relation = specimens.relation
    if "select" in held.whole:
        return sql.SQL("select array_agg(tableoid::text || ctid::text) from {}").format(relation.identifier)
    return view_reading(relation, held)


def view_reading(relation: Relation, held: Held) -> sql.Composed:
    """The query that shows the rows of a view to a persona, in the columns that it may read.

    Args:
        relation: The view.
        held: What the persona holds.
    """
    return _selection(relation, held.select or relation.columns)


def table_cell(specimens: Specimens, labels: dict[int, Label], held: Held, answer: Answer) -> Cell:
    """What a persona sees of a table.

    Args:
        specimens: The rows.
        labels: What the persona calls them.
        held: What it holds.
        answer: Its answer to `table_reading`.
    """
    if isinstance(answer, Tried):
        return refused(answer)
    if not specimens.stored:
        return unknown("the table has no witness row")
    if "select" in held.whole:
        seen = set(answer)
        outcomes = {r.number: RowOutcome(Kind.DONE if r.place in seen else Kind.NOTHING) for r in specimens.stored}
        return cell_of(outcomes, labels)
    rows = {row.number: tuple(row.values[name] for name in held.select) for row in specimens.stored}
    return _compared(rows, answer, labels)


def view_cell(shown: Shown, labels: dict[int, Label], held: Held, answer: Answer) -> Cell:
    """What a persona sees of a view.

    Args:
        shown: Its rows.
        labels: What the persona calls them.
        held: What it holds.
        answer: Its answer to `view_reading`.
    """
    if isinstance(answer, Tried):
        return refused(answer)
    if not shown.rows and not answer:
        return unknown(shown.trouble or "it shows no row to anybody")
    places = [shown.relation.columns.index(name) for name in held.select or shown.relation.columns]
    rows = {number: tuple(row[place] for place in places) for number, row in shown.rows.items()}
    return _compared(rows, answer, labels)


def _compared(rows: dict[int, Row], answer: list[str | None], labels: dict[int, Label]) -> Cell:
    """The rows there are against those that a persona is given. Equal rows stand for each other."""
    given = Counter(_rows(answer))
    outcomes = {}
    for number, row in rows.items():
        outcomes[number] = RowOutcome(Kind.DONE if given[row] > 0 else Kind.NOTHING)
        given[row] -= 1
    cell = cell_of(outcomes, labels)
    own = sum(count for count in given.values() if count > 0)
    if not own:
        return cell
    words = [cell.text] if cell.access in (Access.SOME, Access.ALL) else []
    text = "; ".join([*words, f"rows that nobody else is shown ({own})"])
    return Cell(Access.SOME, text, cell.rows, cell.reached, trouble=f"{own} row(s) that no class describes")


def refused(tried: Tried) -> Cell:
    """The cell of a command that the server refused altogether.

    Args:
        tried: What it said.
    """
    return denied() if tried.denied else unknown(f"{tried.state} {tried.message}")


def _selection(relation: Relation, columns: Sequence[str], more: Sequence[sql.Composable] = ()) -> sql.Composed:
    shown = [sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns]
    return sql.SQL("select array_agg(json_build_array({})::text) from {} as {}").format(
        sql.SQL(", ").join([*shown, *more]), relation.identifier, sql.Identifier(relation.name)
    )


def _rows(answer: Sequence[str | None]) -> list[Row]:
    return [tuple(json.loads(text)) for text in answer if text is not None]
