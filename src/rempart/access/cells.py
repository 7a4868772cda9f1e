"""A cell of the access map: what a persona gets of a relation with one command."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rempart.access.labels import Description, Label, describe
from rempart.access.laboratory import Tried


class Access(StrEnum):
    """How much a persona gets."""

    DENIED = "denied"
    """Refused, whatever the row (SQLSTATE 42501)."""
    NONE = "none"
    """Not refused, and no row is reached."""
    SOME = "some"
    """Some rows are reached."""
    ALL = "all"
    """Every witness row is reached."""
    UNKNOWN = "unknown"
    """Nothing was observed."""


@dataclass(frozen=True)
class Cell:
    """What was observed.

    Attributes:
        access: How much is reached.
        text: For people, and for the file of the map.
        rows: Descriptions of the rows that are reached, when they are some; see `labels.Description`.
        reached: The labels of the rows that are reached.
        refused: Descriptions of rows that only a trigger refuses, by SQLSTATE.
        trouble: What kept something from being observed; empty when all was.
    """

    access: Access
    text: str
    rows: tuple[str, ...] = ()
    reached: frozenset[Label] = frozenset()
    refused: Mapping[str, str] | None = None
    trouble: str = ""


class Kind(StrEnum):
    """What came of one row."""

    DONE = "done"
    DENIED = "denied"
    NOTHING = "nothing"
    TRIGGER = "trigger"
    ERROR = "error"


@dataclass(frozen=True)
class RowOutcome:
    """What came of one row: its kind, and the SQLSTATE and message of a trigger or an error."""

    kind: Kind
    state: str = ""
    message: str = ""


_INTEGRITY = "23"  # class of constraint violations: they are met after privileges and policies
_NO_PARTITION = "no partition of relation"  # of that class, and met before policies


def judged(tried: Tried, triggers: Collection[str], *, new_values: bool = False) -> RowOutcome:
    """What an attempt on one row shows.

    A constraint that refuses the values is met behind privileges and policies, so that access was given.

    Args:
        tried: The attempt.
        triggers: Names of the functions of the relation's triggers.
        new_values: Whether the row got values it did not have: what a trigger says of these (an error of the class of
            constraint violations) is no more than what a constraint says.
    """
    if tried.state is None:
        return RowOutcome(Kind.DONE if tried.touched else Kind.NOTHING)
    if tried.denied:
        return RowOutcome(Kind.DENIED, tried.state, tried.message)
    if tried.message.startswith(_NO_PARTITION):
        return RowOutcome(Kind.ERROR, tried.state, tried.message)
    if new_values and tried.state.startswith(_INTEGRITY):
        return RowOutcome(Kind.DONE, tried.state, tried.message)
    if any(f"{name}(" in tried.inside for name in triggers):
        return RowOutcome(Kind.TRIGGER, tried.state, tried.message)
    if tried.state.startswith(_INTEGRITY) and "function" not in tried.inside:
        return RowOutcome(Kind.DONE, tried.state, tried.message)
    return RowOutcome(Kind.ERROR, tried.state, tried.message)


def cell_of(outcomes: Mapping[int, RowOutcome], labels: Mapping[int, Label], others: Iterable[int] = ()) -> Cell:
    """Put together what came of the rows of a relation.

    Args:
        outcomes: What came of each row, by its number.
        labels: What each row is called.
        others: Numbers of rows that could not be tried: unless a row of the same label was, they count as not reached.
    """
    tried = {number: labels[number] for number in outcomes}
    known = set(tried.values())
    tried |= {number: labels[number] for number in others if labels[number] not in known}
    kinds = {kind: [n for n, one in outcomes.items() if one.kind is kind] for kind in Kind}
    refused: dict[str, Description] = {}
    for state in sorted({outcomes[number].state for number in kinds[Kind.TRIGGER]}):
        refused[state] = describe(tried, [n for n in kinds[Kind.TRIGGER] if outcomes[n].state == state])
    trouble = _trouble(outcomes, kinds[Kind.ERROR], tried)
    done = describe(tried, kinds[Kind.DONE])
    words = []
    if done.kind != "none":
        words.append(done.text)
    words += [f"refused by a trigger ({state}): {rows.text}" for state, rows in refused.items()]
    if trouble:
        words.append(trouble)
    if not words:
        words.append("no rows" if kinds[Kind.NOTHING] else "denied")
    return Cell(
        _access(done, kinds, bool(refused), bool(trouble)),
        "; ".join(words),
        done.parts,
        frozenset(labels[number] for number in kinds[Kind.DONE]),
        {state: rows.text for state, rows in refused.items()} or None,
        trouble,
    )


def _access(done: Description, kinds: Mapping[Kind, Sequence[int]], refused: bool, trouble: bool) -> Access:
    if done.kind == "all":
        return Access.ALL
    if done.kind == "some":
        return Access.SOME
    if trouble:
        return Access.UNKNOWN
    return Access.NONE if refused or kinds[Kind.NOTHING] else Access.DENIED


def _trouble(outcomes: Mapping[int, RowOutcome], failed: Sequence[int], labels: Mapping[int, Label]) -> str:
    if not failed:
        return ""
    reasons = sorted({f"{outcomes[n].state} {outcomes[n].message}" for n in failed})
    return f"not observed: {describe(labels, failed).text} ({reasons[0]})"


def denied() -> Cell:
    """Refused altogether."""
    return Cell(Access.DENIED, "denied")


def unknown(reason: str) -> Cell:
    """Nothing was observed.

    Args:
        reason: Why.
    """
    return Cell(Access.UNKNOWN, f"not observed: {reason}", trouble=f"not observed: {reason}")
