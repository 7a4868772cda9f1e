"""Observe a database: become each persona on it, try everything on witness rows, and undo it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from rempart.access import calls, view_writes
from rempart.access.cells import Cell
from rempart.access.holdings import Held, holdings
from rempart.access.labels import Label
from rempart.access.laboratory import Answer, Laboratory, Plan, Tried, isolate
from rempart.access.model import COLUMN_COMMANDS, AccessMap
from rempart.access.personas import Persona, RowClass, load_classes, load_personas
from rempart.access.pools import persona_values
from rempart.access.reads import Shown, all_rows, table_cell, table_reading, view_cell, view_reading
from rempart.access.specimens import Specimens, lay_out
from rempart.access.structure import Function, Relation, Structure, read_structure
from rempart.access.witnesses import plant
from rempart.access.writes import Writer
from rempart.config import Config
from rempart.errors import UsageError
from rempart.postgres.server import connect

Step = Callable[[str], None]


def observe(url: str, config: Config, step: Step) -> AccessMap:
    """Make the access map of a database.

    Args:
        url: The database, as its superuser. It is locked meanwhile, and left as it was, sequences aside: use a
            throw-away one without rows of its own.
        config: The project.
        step: Receives what is being done.

    Raises:
        UsageError: The personas do not fit the database.
        OperationError: The server does not answer.
    """
    personas = [persona for persona in load_personas(config).values() if persona.observed]
    classes = load_classes(config)
    with connect(url) as connection, connection.transaction(force_rollback=True):
        laboratory = Laboratory(connection, config, personas)
        laboratory.prepare()
        _check_personas(laboratory)
        step("making witness rows")
        scene = _set_up(laboratory, classes)
        for persona in personas:
            step(f"being {persona.name}")
            scene.look(persona)
        return scene.found()


def _set_up(laboratory: Laboratory, classes: Sequence[RowClass]) -> _Scene:
    structure = read_structure(laboratory.connection, laboratory.config.exposed_schemas)
    _check_classes(structure, classes)
    made = plant(laboratory, structure, classes)
    _refresh(laboratory, structure)
    own = {row_class.own: persona_values(laboratory, row_class) for row_class in classes}
    scene = _Scene(laboratory, structure, classes, own)
    views = []
    for relation in structure.relations.values():
        if not relation.exposed:
            continue
        if relation.kind == "S":
            scene.sequences.append(relation)
        elif relation.is_table:
            scene.tables[relation.oid] = lay_out(laboratory, structure, relation, made.get(relation.oid), classes)
            if relation.row_security:
                isolate(laboratory, relation.oid, relation.identifier)
        else:
            views.append(relation)
    scene.views = all_rows(laboratory, views, classes)
    for function in structure.functions:
        scene.functions.append((function, calls.arguments_of(structure, made, function)))
    return scene


def _refresh(laboratory: Laboratory, structure: Structure) -> None:
    """Fill the materialized views from the rows there are now; one that reads another was made after it."""
    for _, one in sorted(structure.relations.items()):
        if one.kind == "m" and (one.exposed or one.behind_view):
            # One that cannot be filled shows as a view without rows.
            with suppress(psycopg.Error), laboratory.connection.transaction():
                laboratory.connection.execute(sql.SQL("refresh materialized view {}").format(one.identifier))


def _check_personas(laboratory: Laboratory) -> None:
    for persona in laboratory.personas:
        try:
            with laboratory.becoming(persona):
                pass
        except psycopg.Error as error:
            raise UsageError(
                f"nobody can be {persona.name}: {error.diag.message_primary or error}",
                next_step="correct its role, or the key gateway_role in [tool.rempart]",
            ) from None


def _check_classes(structure: Structure, classes: Sequence[RowClass]) -> None:
    for row_class in classes:
        if unknown_ones := sorted(set(row_class.rows) - set(structure.by_name)):
            raise UsageError(
                f"the class {row_class.own} names {', '.join(unknown_ones)}, which does not exist.",
                next_step="correct the file of the personas",
            )


@dataclass
class _Scene:
    laboratory: Laboratory
    structure: Structure
    classes: Sequence[RowClass]
    own: dict[str, dict[str, str | None]]
    tables: dict[int, Specimens] = field(default_factory=dict)
    views: dict[int, Shown] = field(default_factory=dict)
    sequences: list[Relation] = field(default_factory=list)
    functions: list[tuple[Function, list[tuple[str | None, ...]]]] = field(default_factory=list)
    _relations: dict[str, dict[str, dict[str, Cell]]] = field(default_factory=dict)
    _columns: dict[str, dict[str, dict[str, tuple[str, ...]]]] = field(default_factory=dict)
    _sequences: dict[str, dict[str, dict[str, Cell]]] = field(default_factory=dict)
    _functions: dict[str, dict[str, dict[str, Cell]]] = field(default_factory=dict)

    def look(self, persona: Persona) -> None:
        """Observe everything as one persona."""
        laboratory = self.laboratory
        relations = [*(s.relation for s in self.tables.values()), *(s.relation for s in self.views.values())]
        with laboratory.becoming(persona):
            held = holdings(laboratory, relations)
            labels = self._labels(persona)
            self._read(persona, labels, held)
            self._write(persona, labels, held)
            used = laboratory.together({sequence.qualified: calls.use(sequence) for sequence in self.sequences})
            plans = {function.signature: calls.call(function, rows) for function, rows in self.functions}
            called = laboratory.together(plans, counting=True)
        for relation in relations:
            self._hold(persona, relation, held[relation.oid])
        for name, cells in used.items():
            self._sequences.setdefault(name, {})[persona.name] = cells
        for name, cells in called.items():
            self._functions.setdefault(name, {})[persona.name] = cells

    def _labels(self, persona: Persona) -> dict[int, dict[int, Label]]:
        """What the persona calls the rows of each relation."""
        own = {one.own: self.own[one.own][persona.name] for one in self.classes}
        asking = [(oid, query) for oid, specimens in self.tables.items() for query in specimens.asking()]
        answers: dict[int, list[Answer]] = {oid: [] for oid in self.tables}
        for (oid, _), answer in zip(asking, self.laboratory.ask([query for _, query in asking]), strict=True):
            answers[oid].append(answer)
            if isinstance(answer, Tried):
                answers[oid] += self.laboratory.ask(self.tables[oid].asking(again=True))
        found = {oid: specimens.labels(answers[oid], own) for oid, specimens in self.tables.items()}
        for oid, shown in self.views.items():
            words = shown.classes.words(own)
            found[oid] = {number: tuple(word[number] for word in words) for number in shown.rows}
        return found

    def _read(self, persona: Persona, labels: dict[int, dict[int, Label]], held: dict[int, Held]) -> None:
        queries = [table_reading(specimens, held[oid]) for oid, specimens in self.tables.items()]
        queries += [view_reading(shown.relation, held[oid]) for oid, shown in self.views.items()]
        answers = iter(self.laboratory.ask(queries))
        for oid, specimens in self.tables.items():
            cell = table_cell(specimens, labels[oid], held[oid], next(answers))
            self._relations.setdefault(specimens.relation.qualified, {})[persona.name] = {"select": cell}
        for oid, shown in self.views.items():
            cell = view_cell(shown, labels[oid], held[oid], next(answers))
            self._relations.setdefault(shown.relation.qualified, {})[persona.name] = {"select": cell}

    def _write(self, persona: Persona, labels: dict[int, dict[int, Label]], held: dict[int, Held]) -> None:
        plans: dict[tuple[str, str], Plan[dict[str, Cell]]] = {}
        for oid, specimens in self.tables.items():
            writer = Writer(self.structure, specimens, labels[oid], held[oid])
            name = specimens.relation.qualified
            plans |= {(name, "insert"): writer.insert(), (name, "update"): writer.update()}
            plans |= {(name, "delete"): writer.delete(), (name, "truncate"): writer.truncate()}
        for oid, shown in self.views.items():
            for command in view_writes.COMMANDS:
                plan = view_writes.through_view(shown, labels[oid], held[oid], command)
                plans[shown.relation.qualified, command] = plan
        for (name, _), cells in self.laboratory.together(plans).items():
            self._relations[name][persona.name] |= cells

    def _hold(self, persona: Persona, relation: Relation, held: Held) -> None:
        usable = set(relation.columns)
        found = {
            command: columns
            for command, columns in zip(COLUMN_COMMANDS, (held.select, held.insert, held.update), strict=True)
            if columns and set(columns) != usable
        }
        if found:
            self._columns.setdefault(relation.qualified, {})[persona.name] = found

    def found(self) -> AccessMap:
        """All that was observed."""
        return AccessMap(
            tuple(self.laboratory.personas),
            tuple(self.classes),
            dict(sorted(self._relations.items())),
            dict(sorted(self._columns.items())),
            dict(sorted(self._sequences.items())),
            dict(sorted(self._functions.items())),
            self._not_observed(),
        )

    def _not_observed(self) -> Mapping[str, tuple[str, ...]]:
        found = {}
        for specimens in self.tables.values():
            notes = [note for note in specimens.trouble if specimens.rows or note]
            for atom in specimens.atoms if specimens.rows else ():
                seen = specimens.seen.get(atom.text, set())
                if True not in seen:
                    notes.append(f"{atom.shown} is true of no witness row")
                elif atom.text not in specimens.true_of_stored:
                    notes.append(f"{atom.shown} is true of no witness row that could be stored: INSERT alone tried it")
                if False not in seen:
                    notes.append(f"{atom.shown} is true of every witness row")
            if notes:
                found[specimens.relation.qualified] = tuple(notes)
        for shown in self.views.values():
            if not shown.rows:
                found[shown.relation.qualified] = (f"no row is shown to anybody {shown.trouble}".strip(),)
        return dict(sorted(found.items()))
