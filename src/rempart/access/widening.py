"""What a second access map gives that a first one did not: cell by cell, and in doubt "could not be told"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rempart.access.cells import Access, Cell
from rempart.access.grounds import Grounds, State
from rempart.access.labels import Label
from rempart.access.model import COLUMN_COMMANDS, EXECUTE, AccessMap
from rempart.catalog.model import Catalog

_ABSENT, _NOT_TRIED = "did not exist", "not possible"
_GONE = "exists no more"
_UNTOLD_ROWS = "that nothing tells apart"
_REFUSES = "called, refuses inside (42501)"
_RUNS = "runs"


@dataclass(frozen=True)
class AccessChange:
    """A cell that is another now.

    Attributes:
        subject: The relation, sequence or function.
        persona: Whose cell.
        command: Of which command.
        before: What it was, for people.
        after: What it is.
        wider: Whether more is reached than before; None when that could not be told.
        columns: Columns that may be used now and could not before.
        reason: Why it could not be told, or what is wider beyond the rows.
    """

    subject: str
    persona: str
    command: str
    before: str
    after: str
    wider: bool | None
    columns: tuple[str, ...] = ()
    reason: str = ""


def told(found: Sequence[AccessChange]) -> list[str]:
    """Changes for people, a line for all personas to whom the same happens.

    Args:
        found: The changes.
    """
    personas: dict[tuple[str, str, str], list[str]] = {}
    for one in found:
        doubt = " could not be told:" if one.wider is None else ""
        reason = f" [{one.reason}]" if one.reason else ""
        what = f"{doubt} {one.before} -> {one.after}{reason}"
        personas.setdefault((one.subject, one.command, what), []).append(one.persona)
    return [f"{subject} {command} {' '.join(names)}:{what}" for (subject, command, what), names in personas.items()]


def changes(before: AccessMap, after: AccessMap, catalogs: tuple[Catalog, Catalog] | None = None) -> list[AccessChange]:
    """Compare two maps.

    What a condition says may have changed where its text has not, by a function that it calls: without the catalogs
    equal cells count as equal, and columns that are new are seen only where not all columns may be used.

    Args:
        before: What was observed first.
        after: What was observed then.
        catalogs: The catalogs of the two states.

    Returns:
        Every cell that differs or could not be told, in order; nothing for equal maps of equal catalogs.
    """
    grounds = None
    if catalogs is not None:
        grounds = Grounds(State(catalogs[0]), State(catalogs[1]), after.classes, frozenset(after.relations))
    comparison = _Comparison(before, after, grounds)
    return [found for subject in comparison.subjects() for found in comparison.of(subject)]


@dataclass(frozen=True)
class _Verdict:
    wider: bool | None
    reason: str = ""


_NO, _YES = _Verdict(False), _Verdict(True)


@dataclass(frozen=True)
class _Comparison:
    before: AccessMap
    after: AccessMap
    grounds: Grounds | None

    def subjects(self) -> list[str]:
        """Everything that one of the maps is about, in order."""
        return sorted({**self.before.subjects, **self.after.subjects})

    def of(self, subject: str) -> Iterator[AccessChange]:
        """The changes of one subject."""
        old, new = self.before.subjects.get(subject), self.after.subjects.get(subject)
        for persona in dict.fromkeys(one.name for one in (*self.after.personas, *self.before.personas)):
            mine, theirs = (old or {}).get(persona, {}), (new or {}).get(persona, {})
            same = old is None or new is None or _is_same(persona, self.before, self.after)
            for command in dict.fromkeys((*theirs, *mine)):
                a, b = mine.get(command), theirs.get(command)
                verdict = self._verdict(subject, command, a, b) if same else _stranger(b)
                columns = self._columns(subject, persona, command, a, b)
                if columns and verdict.wider is not True:
                    verdict = _Verdict(True, f"columns: {', '.join(columns)}")
                words = (
                    a.text if a else _ABSENT if old is None else _NOT_TRIED,
                    b.text if b else _GONE if new is None else _NOT_TRIED,
                )
                if _shows(a, b) and (words[0] != words[1] or verdict != _NO):
                    yield AccessChange(subject, persona, command, *words, verdict.wider, columns, verdict.reason)

    def _verdict(self, subject: str, command: str, old: Cell | None, new: Cell | None) -> _Verdict:
        if new is None or new.access is Access.DENIED:
            return self._unseen(subject, command, old, new)
        if old is None and command == "update into" and new.access is Access.NONE:
            return _NO
        if old is None or old.access is Access.DENIED:
            return _Verdict(None, new.trouble) if new.access is Access.UNKNOWN else _YES
        if command == EXECUTE:
            return self._function(subject, old, new)
        if subject not in self.after.relations:
            return _NO if old.access is Access.ALL or old == new else _YES
        return self._rows(subject, command, old, new)

    def _function(self, subject: str, old: Cell, new: Cell) -> _Verdict:
        moved = self.grounds.behind_function(subject) if self.grounds else ()
        if old.text != new.text and new.text != _REFUSES:
            if new.text.startswith(_RUNS) and not old.text.startswith(_RUNS):
                return _YES
            if not new.text.startswith(_RUNS):
                return _Verdict(None, "it was called, and did not run")
            if _written(new) - _written(old):
                return _YES
        if moved:
            return _Verdict(None, f"it has its owner's rights, and changed: {', '.join(moved)}")
        return _NO

    def _rows(self, subject: str, command: str, old: Cell, new: Cell) -> _Verdict:
        asked = command == "select" or new.access is not Access.NONE
        if asked and self.grounds and (moved := self.grounds.behind_view(subject)):
            return _Verdict(None, f"it may show other rows, for this changed: {', '.join(moved)}")
        notes = [access_map.not_observed.get(subject, ()) for access_map in (self.before, self.after)]
        alike = (old.access, old.text, old.reached) == (new.access, new.text, new.reached)
        if alike and notes[0] == notes[1]:
            return self._same(subject, old)
        if old.access is Access.ALL and not old.trouble and not notes[0]:
            return _NO
        verdict = self._more(subject, old, new)
        if verdict == _NO and new.trouble and new.trouble != old.trouble:
            return _Verdict(None, new.trouble)
        if verdict == _NO and (fresh := sorted(set(notes[1]) - set(notes[0]))):
            return _Verdict(None, f"not observed: {fresh[0]}")
        return verdict

    def _same(self, subject: str, old: Cell) -> _Verdict:
        """Cells that read the same, and may not mean the same."""
        if self.grounds is None or old.access is not Access.SOME:
            return _NO
        if _UNTOLD_ROWS in old.text and self.grounds.policies_moved(subject):
            return _Verdict(None, "the policies changed, and nothing tells these rows apart")
        for cube in _cubes(old):
            for word in cube:
                if reason := self.grounds.word(subject, word):
                    return _Verdict(None, reason)
        return _NO

    def _more(self, subject: str, old: Cell, new: Cell) -> _Verdict:
        if old.access is Access.UNKNOWN or old.trouble:
            return _Verdict(None, old.trouble)
        if new.access is Access.UNKNOWN:
            return _Verdict(None, new.trouble)
        if new.access is Access.NONE or not new.reached:
            if new.refused and new.refused != old.refused:
                return _Verdict(None, "a trigger alone refuses rows now that it did not before")
            return _NO if new.access is Access.NONE else _Verdict(None, "what is reached has no name")
        if old.access is Access.NONE:
            return _YES
        if old.access is Access.ALL:  # of rows for which a condition was always true
            return _Verdict(None, f"before, not observed: {self.before.not_observed[subject][0]}")
        if _UNTOLD_ROWS in old.text:
            return _Verdict(None, "before, nothing told the rows apart")
        doubt = ""
        for label in sorted(new.reached):
            reason = self._covered(subject, old, label)
            if reason is None:
                return _YES
            doubt = doubt or reason
        return _Verdict(None, doubt) if doubt else _NO

    def _covered(self, subject: str, old: Cell, label: Label) -> str | None:
        """Whether all rows of a label were reached before: why it cannot be told, nothing when they were, else None."""
        doubt: str | None = None
        for cube in _cubes(old):
            if not cube <= set(label):
                continue
            reasons = [self._doubted(subject, word) for word in sorted(cube)]
            found = next((reason for reason in reasons if reason), "")
            if not found:
                return ""
            doubt = found
        return doubt

    def _doubted(self, subject: str, word: str) -> str:
        if self.grounds is not None:
            return self.grounds.word(subject, word)
        named = any(word in one.names and subject in one.rows for one in self.after.classes)
        is_value = word.partition(" ")[0] not in ("own", "other") and "(" not in word
        return "" if named or is_value else f"it is not known whether {word} means the same"

    def _unseen(self, subject: str, command: str, old: Cell | None, new: Cell | None) -> _Verdict:
        """A cell that gives nothing: what policies refuse to every witness row they may allow to others."""
        if new is None or old is None or command not in ("insert", "update into"):
            return _NO
        fresh = set(self.after.not_observed.get(subject, ())) - set(self.before.not_observed.get(subject, ()))
        return _Verdict(None, f"not observed: {min(fresh)}") if fresh else _NO

    def _columns(self, subject: str, persona: str, command: str, old: Cell | None, new: Cell | None) -> tuple[str, ...]:
        """The columns that may be used now, and could not before."""
        if command not in COLUMN_COMMANDS or old is None or new is None or old.access is Access.DENIED:
            return ()
        if new.access in (Access.DENIED, Access.NONE):
            return ()
        some = [m.columns.get(subject, {}).get(persona, {}).get(command) for m in (self.before, self.after)]
        states = (self.grounds.before, self.grounds.after) if self.grounds else (None, None)
        had, has = (
            set(columns) if columns is not None else set(state.columns(subject)) if state else None
            for columns, state in zip(some, states, strict=True)
        )
        if had is not None and has is not None:
            return tuple(sorted(has - had))
        return ("all",) if had is not None else ()


def _shows(old: Cell | None, new: Cell | None) -> bool:
    """Whether there is anything to tell: what never was and is not given is no change."""
    return any(cell is not None and cell.access is not Access.DENIED for cell in (old, new))


def _is_same(name: str, before: AccessMap, after: AccessMap) -> bool:
    """Whether a persona is the same in both maps."""
    found = [(one.role, one.claims, one.rows) for m in (before, after) for one in m.personas if one.name == name]
    return len(found) == 2 and found[0] == found[1]


def _stranger(new: Cell | None) -> _Verdict:
    if new is not None and new.access is Access.DENIED:
        return _NO
    return _Verdict(None, "the persona is another, or is not in both maps")


def _cubes(cell: Cell) -> list[set[str]]:
    """The descriptions of the rows that a cell reaches, each as the words that all have to be said of a row.

    A word may itself hold " and ": it then falls apart into what no label has, and covers nothing.
    """
    return [set(part.split(" and ")) for part in cell.rows]


def _written(cell: Cell) -> set[str]:
    """The tables that a function wrote; its cell says `runs, writes A, B`, and what failed behind a semicolon."""
    words = cell.text.partition("; ")[0].removeprefix(_RUNS).split(", ")
    return {word.removeprefix("writes ") for word in words if word} - {"nothing"}
