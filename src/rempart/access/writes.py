"""Writing: which rows of a table a persona can insert, change, turn into others, and delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from psycopg import sql

from rempart.access import candidates
from rempart.access.cells import Access, Cell, Kind, RowOutcome, cell_of, denied, judged, unknown
from rempart.access.holdings import Held
from rempart.access.labels import Label
from rempart.access.laboratory import DENIED, Plan, Tried, Try
from rempart.access.predicates import calls_anything, constants_of
from rempart.access.specimens import Specimen, Specimens
from rempart.access.structure import Column, Structure
from rempart.catalog.statement import raw

_EACH = 2  # rows of one label that are tried
_SOURCES = 12  # rows that are turned into another
_FRESH = 20_000  # numbers of keys that no row has
_RANK = {Kind.DONE: 0, Kind.TRIGGER: 1, Kind.ERROR: 2, Kind.DENIED: 3, Kind.NOTHING: 4}


@dataclass(frozen=True)
class Writer:
    """A persona before a table. Its plans are carried out by `Laboratory.together`, in the persona's session.

    Attributes:
        structure: The structure.
        specimens: The rows of the table.
        labels: What the persona calls them.
        held: What it holds on the table.
    """

    structure: Structure
    specimens: Specimens
    labels: dict[int, Label]
    held: Held

    def insert(self) -> Plan[dict[str, Cell]]:
        """Insert copies of the rows, with fresh keys."""
        columns = [column for column in self._settable(self.held.insert) if not column.identity_always]
        if not self.held.insert:
            statement = self._statement(
                ("nothing",), lambda: sql.SQL("insert into {} default values").format(self._table)
            )
            return {"insert": _unheld((yield [("", statement)])[0])}
        names = tuple(column.name for column in columns)
        if not self.specimens.rows:
            return {"insert": unknown("the table has no witness row")}
        chosen = self._chosen([row for row in self.specimens.rows if self._becomes(row, names)], 1)
        tries = [
            ("", self._statement(("insert", names, row.number), lambda row=row: self._insertion(columns, row)))  # type: ignore[misc]
            for row in chosen
        ]
        if not chosen:
            return {"insert": unknown("no witness row has the defaults of the columns that may not be given")}
        return {"insert": self._cell(chosen, (yield tries), new_values=True)}

    def update(self) -> Plan[dict[str, Cell]]:
        """Set all columns it may change to what they are; then turn rows it can change into each other kind."""
        if not self.held.update:
            if not self.specimens.columns:
                return {"update": unknown("the table has no column")}
            return {"update": _unheld((yield [("", self._reset(self.specimens.columns[0].name))])[0])}
        columns = [column for column in self._settable(self.held.update) if not column.identity_always]
        names = tuple(column.name for column in columns)
        chosen = self._chosen(self.specimens.stored)
        came = yield from self._each(chosen, [self._update(names, row) for row in chosen])
        outcomes = self._outcomes(chosen, came)
        cells = {"update": self._cell(chosen, came)}
        changed = [row for row in chosen if outcomes[row.number].kind is Kind.DONE]
        if changed and self.specimens.matter:
            settable = tuple(name for name in self.specimens.matter if name in names)
            cells["update into"] = yield from self._become(changed, settable, names)
        return cells

    def delete(self) -> Plan[dict[str, Cell]]:
        """Delete the rows."""
        statement = self._statement(("delete",), lambda: sql.SQL("delete from {}").format(self._table))
        if "delete" not in self.held.whole:
            return {"delete": _unheld((yield [("", statement)])[0])}
        chosen = self._chosen(self.specimens.stored)
        return {"delete": self._cell(chosen, (yield from self._each(chosen, [statement] * len(chosen))))}

    def truncate(self) -> Plan[dict[str, Cell]]:
        """Empty the table."""
        statement = self._statement(("truncate",), lambda: sql.SQL("truncate {}").format(self._table))
        outcome = judged((yield [("", statement)])[0], self.specimens.relation.triggers)
        if outcome.kind is Kind.DENIED:
            return {"truncate": denied()}
        if outcome.kind is Kind.TRIGGER:
            text = f"refused by a trigger ({outcome.state})"
            return {"truncate": Cell(Access.NONE, text, refused={outcome.state: "all rows"})}
        return {"truncate": Cell(Access.ALL, "allowed")}

    def _become(self, changed: Sequence[Specimen], settable: tuple[str, ...], names: tuple[str, ...]) -> Plan[Cell]:
        """Turn rows into each other kind: which of these they can become, from whichever row it takes."""
        fixed = [name for name in self.specimens.matter if name not in settable]
        sources = list({self.labels[row.number]: row for row in reversed(changed)}.values())
        waiting: list[tuple[Specimen, list[Specimen]]] = []
        for target in {self.labels[row.number]: row for row in reversed(self.specimens.rows)}.values():
            fitting = [row for row in sources if all(row.values[name] == target.values[name] for name in fixed)]
            # Rows that differ in all that matters, if there are such: keeping a value shows nothing about reaching it.
            alike = [sum(row.values[name] == target.values[name] for name in settable) for row in fitting]
            most = [row for row, kept in zip(fitting, alike, strict=True) if kept == min(alike)]
            waiting.append((target, most[:_SOURCES]))
        best: dict[int, RowOutcome] = {}
        settled: set[int] = set()
        while waiting := [(target, left) for target, left in waiting if left]:
            came = yield [self._aimed(left[0], self._update(settable or names, target)) for target, left in waiting]
            for (target, _), tried in zip(waiting, came, strict=True):
                outcome = judged(tried, self.specimens.relation.triggers, new_values=True)
                before = best.get(target.number)
                if before is None or _RANK[outcome.kind] < _RANK[before.kind]:
                    best[target.number] = outcome
                # A policy's check sees the new row alone: other rows would meet the same refusal.
                if outcome.kind is Kind.DONE or (tried.denied and not tried.inside) or tried.silenced == DENIED:
                    settled.add(target.number)
            waiting = [(target, left[1:]) for target, left in waiting if target.number not in settled]
        return cell_of(best, self.labels, [row.number for row in self.specimens.rows])

    def _each(self, rows: Sequence[Specimen], statements: Sequence[str]) -> Plan[Sequence[Tried]]:
        """Try a statement on each row; when it reaches none of them at once, that is known of all."""
        if not rows:
            return []
        (whole,) = yield [("", statements[0])]
        if whole.state is None and whole.touched == 0:
            return [whole] * len(rows)
        came = yield [self._aimed(row, statement) for row, statement in zip(rows, statements, strict=True)]
        return came

    # ---- statements ----

    @property
    def _table(self) -> sql.Identifier:
        return self.specimens.relation.identifier

    def _statement(self, key: tuple[object, ...], make: Callable[[], sql.Composed]) -> str:
        """A statement, written once for all personas that need it."""
        found = self.specimens.statements.get(key)
        if found is None:
            found = self.specimens.statements[key] = make().as_string()
        return found

    def _settable(self, names: Sequence[str]) -> list[Column]:
        allowed = set(names)
        return [column for column in self.specimens.columns if column.name in allowed and not column.generated]

    def _insertion(self, columns: Sequence[Column], row: Specimen) -> sql.Composed:
        if not columns:
            return sql.SQL("insert into {} default values").format(self._table)
        fresh = self._fresh_columns()
        values = []
        for column in columns:
            new = candidates.different(column, "insert", _FRESH + row.number) if column.name in fresh else None
            values.append(
                raw(row.literals[column.name]) if new is None
                else sql.SQL("{}::{}").format(sql.Literal(new), raw(column.type))
            )  # fmt: skip
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
        return sql.SQL("insert into {} ({}) values ({})").format(self._table, names, sql.SQL(", ").join(values))

    def _fresh_columns(self) -> set[str]:
        """The columns that get a new value, so that keys do not clash: they refer to nothing and decide nothing."""
        oid = self.specimens.relation.oid
        foreign = {name for key in self.structure.foreign_keys.get(oid, ()) for name in key.columns}
        checked = {name for check in self.structure.checks.get(oid, ()) for name in check.columns}
        kept = {*foreign, *checked, *self.specimens.matter}
        primary = self.structure.primary.get(oid, ())
        # A UUID outside of the primary key may refer to something that no foreign key tells.
        plain = {column.name for column in self.specimens.columns if column.base != "uuid" or column.name in primary}
        keys = [[name for name in key if name in plain - kept] for key in self.structure.unique.get(oid, ())]
        return {key[0] for key in keys if key}

    def _becomes(self, row: Specimen, names: tuple[str, ...]) -> bool:
        """Whether a row is what it says when only some columns are given: the others that matter get their defaults."""
        for column in self.specimens.columns:
            if column.name in self.specimens.matter and column.name not in names and not column.generated:
                if column.default is None:
                    if row.values[column.name] is not None:
                        return False
                elif calls_anything(column.default) or row.values[column.name] not in constants_of(column.default):
                    return False
        return True

    def _reset(self, name: str) -> str:
        """Give a column its default: any column takes it, and no row is needed to say it."""
        assignment = sql.SQL("{} = default").format(sql.Identifier(name))
        return self._statement(("reset", name), lambda: sql.SQL("update {} set {}").format(self._table, assignment))

    def _update(self, names: tuple[str, ...], row: Specimen) -> str:
        if not names:
            return self._reset(self.held.update[0])

        def make() -> sql.Composed:
            assignments = sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), raw(row.literals[name])) for name in names
            )
            return sql.SQL("update {} set {}").format(self._table, assignments)

        return self._statement(("update", names, row.number), make)

    def _aimed(self, row: Specimen, statement: str) -> Try:
        """A statement that reaches one row; see `laboratory.isolate`. Without row security all rows are alike."""
        if self.held.row_security:
            return f"{self.specimens.relation.oid}:{row.place}", statement
        if "select" in self.held.whole:
            return "", f"{statement} where tableoid::text || ctid::text = '{row.place}'"
        return "", statement

    # ---- outcomes ----

    def _chosen(self, rows: Sequence[Specimen], each: int = _EACH) -> list[Specimen]:
        count: dict[Label, int] = {}
        found = []
        for row in rows:
            label = self.labels[row.number]
            count[label] = count.get(label, 0) + 1
            if count[label] <= each:
                found.append(row)
        return found

    def _outcomes(
        self, rows: Sequence[Specimen], came: Sequence[Tried], *, new_values: bool = False
    ) -> dict[int, RowOutcome]:
        triggers = self.specimens.relation.triggers
        return {
            row.number: judged(tried, triggers, new_values=new_values) for row, tried in zip(rows, came, strict=True)
        }

    def _cell(self, rows: Sequence[Specimen], came: Sequence[Tried], *, new_values: bool = False) -> Cell:
        if not rows:
            return unknown("the table has no witness row")
        # What only serves to be inserted is no row to change.
        others = [row.number for row in self.specimens.rows] if new_values else ()
        return cell_of(self._outcomes(rows, came, new_values=new_values), self.labels, others)


def _unheld(tried: Tried) -> Cell:
    """The cell of what is not held at all: one attempt shows it."""
    if tried.denied:
        return denied()
    return unknown(f"no privilege is held, yet: {tried.state or 'it ran'} {tried.message}".strip())
