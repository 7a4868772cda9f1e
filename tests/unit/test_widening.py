"""What is wider in a second access map, what could not be told, and what was acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from rempart.access import acknowledged, contract
from rempart.access.cells import Access, Cell, Kind, RowOutcome, cell_of, denied, unknown
from rempart.access.model import AccessMap, Cells
from rempart.access.personas import Persona, RowClass
from rempart.access.widening import AccessChange, changes
from rempart.config import Config
from rempart.errors import UsageError

TANKS = "public.tanks"
OP = Persona("op", "user", group="team")
CLASS = RowClass("own depot", "other depot", "no depot", "x", {TANKS: "depot_id"})
NONE = Cell(Access.NONE, "no rows")
LABELS = {
    number: (depot, f"statut {statut}")
    for number, (depot, statut) in enumerate(
        (depot, statut) for depot in ("own depot", "other depot", "no depot") for statut in ("a", "b")
    )
}
KINDS = {"done": Kind.DONE, "trigger": Kind.TRIGGER, "error": Kind.ERROR}


def rows(*words: str, labels: Mapping[int, tuple[str, ...]] = LABELS, **others: str) -> Cell:
    """A cell as it is observed: rows with any of the words are reached, others as said, the rest is not."""
    outcomes = {number: RowOutcome(Kind.NOTHING) for number in labels}
    for number, label in labels.items():
        for kind, word in others.items():
            if word in label:
                outcomes[number] = RowOutcome(KINDS[kind], "23001", "no")
        if any(set(word.split(" and ")) <= set(label) for word in words):
            outcomes[number] = RowOutcome(Kind.DONE)
    return cell_of(outcomes, labels)


ALL = rows("own depot", "other depot", "no depot")


def map_of(
    relations: Mapping[str, Cells] | None = None,
    functions: Mapping[str, Cells] | None = None,
    columns: Mapping[str, tuple[str, ...]] | None = None,
    notes: tuple[str, ...] = (),
) -> AccessMap:
    return AccessMap(
        personas=(OP,),
        classes=(CLASS,),
        relations=relations or {},
        columns={TANKS: {"op": columns}} if columns else {},
        sequences={},
        functions=functions or {},
        not_observed={TANKS: notes} if notes else {},
    )


def tanks(cell: Cell | None, command: str = "select", **more: object) -> AccessMap:
    return map_of({TANKS: {"op": {command: cell}}} if cell else {}, **more)  # type: ignore[arg-type]


def compared(before: AccessMap, after: AccessMap) -> list[bool | None]:
    return [change.wider for change in changes(before, after)]


def test_equal_maps_have_no_changes() -> None:
    for cell in (ALL, NONE, denied(), unknown("x"), rows("own depot"), rows("own depot", trigger="statut b")):
        assert changes(tanks(cell), tanks(cell)) == []


@pytest.mark.parametrize(
    ("before", "after", "wider"),
    [
        (denied(), ALL, True),
        (denied(), rows("own depot"), True),
        (denied(), NONE, True),  # a privilege that was not held
        (denied(), unknown("x"), None),
        (NONE, rows("own depot"), True),
        (NONE, unknown("x"), None),
        (NONE, denied(), False),
        (ALL, rows("own depot"), False),
        (ALL, NONE, False),
        (ALL, denied(), False),
        (rows("own depot"), ALL, True),
        (rows("own depot"), rows("own depot", "no depot"), True),
        (rows("own depot", "no depot"), rows("own depot"), False),
        (rows("own depot"), rows("other depot"), True),
        (rows("own depot"), rows("own depot and statut a"), False),
        (rows("own depot and statut a"), rows("own depot"), True),
        (rows("statut a"), rows("own depot and statut a"), False),
        (rows("own depot"), unknown("x"), None),
        (unknown("x"), rows("own depot"), None),
        (unknown("x"), ALL, None),
        (unknown("x"), denied(), False),
        (rows("statut a", trigger="statut b"), ALL, True),  # what a trigger refused is done now
        (rows("statut a", trigger="statut b"), rows("statut a"), False),
        (ALL, rows("statut a", trigger="statut b"), False),
        (NONE, rows(trigger="statut b"), None),
        (rows("own depot"), rows("own depot", error="no depot"), None),
        (rows("own depot", error="no depot"), rows("own depot"), None),
        (rows("own depot", error="no depot"), rows("own depot", "no depot"), None),
    ],
)
def test_rows(before: Cell, after: Cell, wider: bool | None) -> None:
    assert compared(tanks(before), tanks(after)) == [wider]


def test_a_distinction_that_only_one_map_makes_is_not_taken_for_another_row() -> None:
    plain = {number: label[:1] for number, label in LABELS.items()}
    coarse = rows("own depot", labels=plain)
    # Both say `own depot`; one of them also tells rows apart by their statut.
    assert changes(tanks(coarse), tanks(rows("own depot"))) == []
    assert changes(tanks(rows("own depot")), tanks(coarse)) == []
    assert compared(tanks(rows("own depot and statut a")), tanks(coarse)) == [True]
    assert compared(tanks(coarse), tanks(rows("own depot and statut a"))) == [False]


def test_a_value_that_was_never_seen_is_wider() -> None:
    labels = {**LABELS, 99: ("own depot", "statut c")}
    before = rows("own depot and statut a", "own depot and statut b")
    assert before.text == "own depot"
    assert changes(tanks(before), tanks(rows("own depot", labels=labels))) == []
    before = rows("statut a")
    assert compared(tanks(before), tanks(rows("statut a", "statut c", labels=labels))) == [True]


def test_rows_that_nothing_told_apart_cannot_be_compared() -> None:
    alike = {1: ("own depot",), 2: ("own depot",), 3: ("other depot",)}
    outcomes = {1: RowOutcome(Kind.DONE), 2: RowOutcome(Kind.NOTHING), 3: RowOutcome(Kind.NOTHING)}
    mixed = cell_of(outcomes, alike)
    assert "nothing tells apart" in mixed.text
    assert compared(tanks(mixed), tanks(rows("own depot", labels=alike))) == [None]
    assert compared(tanks(mixed), tanks(NONE)) == [False]


def test_a_condition_that_asks_the_session_is_not_trusted_by_its_text_alone() -> None:
    labels = {1: ("own depot", "own maker"), 2: ("own depot", "other maker"), 3: ("other depot", "own maker")}
    before, after = rows("own maker", labels=labels), rows("own depot and own maker", labels=labels)
    (change,) = changes(tanks(before), tanks(after))
    assert (change.wider, change.reason) == (None, "it is not known whether own maker means the same")


def test_a_condition_that_no_row_makes_true_is_not_told() -> None:
    some, note = rows("own depot"), ("f(x) is true of no witness row",)
    assert compared(tanks(some), tanks(some, notes=note)) == [None]
    assert changes(tanks(some, notes=note), tanks(some, notes=note)) == []
    # That all rows were reached shows nothing where a condition held for all of them.
    assert compared(tanks(ALL, notes=note), tanks(rows("own depot"))) == [None]
    assert compared(tanks(denied(), "insert"), tanks(denied(), "insert", notes=note)) == []
    assert compared(tanks(NONE), tanks(NONE, notes=note)) == [None]


def test_what_is_new_is_wider_unless_denied() -> None:
    (change,) = changes(tanks(None), tanks(NONE))
    assert (change.before, change.after, change.wider) == ("did not exist", "no rows", True)
    assert compared(tanks(None), tanks(unknown("x"))) == [None]
    assert changes(tanks(None), tanks(denied())) == []
    (change,) = changes(tanks(ALL), tanks(None))
    assert (change.before, change.after, change.wider) == ("all rows", "exists no more", False)
    assert changes(tanks(denied()), tanks(None)) == []


def test_a_command_that_became_possible() -> None:
    both = map_of({TANKS: {"op": {"update": ALL, "update into": ALL}}})
    (change,) = changes(tanks(ALL, "update"), both)
    assert (change.command, change.before, change.wider) == ("update into", "not possible", True)


def test_columns() -> None:
    def held(*names: str, cell: Cell = ALL, command: str = "update") -> AccessMap:
        return tanks(cell, command, columns={command: names} if names else None)

    (change,) = changes(held("statut"), held("statut", "note"))
    assert (change.wider, change.columns, change.reason) == (True, ("note",), "columns: note")
    assert changes(held("statut", "note"), held("statut")) == []
    assert changes(held(), held("statut")) == []
    (change,) = changes(held("statut"), held())
    assert (change.wider, change.columns) == (True, ("all",))
    assert changes(held("statut", cell=NONE), held("statut", "note", cell=NONE)) == []
    assert compared(held("statut", cell=denied()), held("statut", "note")) == [True]


def function(text: str | None) -> AccessMap:
    if text is None:
        return map_of(functions={"public.f(integer)": {"op": {"execute": denied()}}})
    access = Access.ALL if text.startswith("runs") else Access.SOME
    return map_of(functions={"public.f(integer)": {"op": {"execute": Cell(access, text)}}})


@pytest.mark.parametrize(
    ("before", "after", "wider"),
    [
        (None, "runs, writes nothing", True),
        (None, "called, refuses inside (42501)", True),
        ("called, refuses inside (42501)", "runs, writes nothing", True),
        ("called, refuses inside (42501)", "called, fails (22023)", None),
        ("called, fails (22023)", "called, refuses inside (42501)", False),
        ("runs, writes nothing", None, False),
        ("runs, writes nothing", "called, fails (22023)", None),
        ("runs, writes nothing", "runs, writes public.a", True),
        ("runs, writes public.a, public.b, writes public.a", "runs, writes public.b", False),
        ("runs, writes public.a", "runs, writes public.a, public.b", True),
        ("runs, writes public.a", "runs, writes nothing", False),
    ],
)
def test_functions(before: str | None, after: str | None, wider: bool | None) -> None:
    assert compared(function(before), function(after)) == [wider]


def test_another_overload_is_a_new_function() -> None:
    other = map_of(functions={"public.f(text)": {"op": {"execute": Cell(Access.ALL, "runs, writes nothing")}}})
    found = changes(function("runs, writes nothing"), other)
    assert [(one.subject, one.wider) for one in found] == [("public.f(integer)", False), ("public.f(text)", True)]


@pytest.mark.parametrize("changed", [{"role": "admin"}, {"claims": {"sub": "x"}}, {"name": "other"}])
def test_another_persona_is_not_compared(changed: dict[str, object]) -> None:
    after = tanks(ALL)
    persona = replace(OP, **changed)  # type: ignore[arg-type]
    after = replace(after, personas=(persona,), relations={TANKS: {persona.name: {"select": ALL}}})
    assert None in compared(tanks(ALL), after)


# --- acknowledgements ---------------------------------------------------------------------------------------------

PERSONAS = """
[[persona]]
name = "op"
role = "user"
group = "team"
[[persona]]
name = "anon"
role = "anon"
"""
WIDER = """
[[wider]]
reason = "operators take over the tanks"
revision = "0014"
personas = ["team"]
relations = ["public.t*"]
commands = ["select"]
"""
PROMISE = '[[promise]]\nsays = "x"\npersonas = ["op"]\nrows = "none"\n'


def project(folder: Path, text: str) -> Config:
    (folder / "personas.toml").write_text(PERSONAS, encoding="utf-8")
    (folder / "contract.toml").write_text(PROMISE + text, encoding="utf-8")
    config = Config.find(Path(__file__).parents[2])
    return replace(config, contract=folder / "contract.toml", personas=folder / "personas.toml", root=folder)


def change(
    persona: str = "op", subject: str = TANKS, command: str = "select", wider: bool | None = True
) -> AccessChange:
    return AccessChange(subject, persona, command, "own depot", "all rows", wider, (), "why" if wider is None else "")


def test_what_is_acknowledged_passes_and_says_why(tmp_path: Path) -> None:
    known = acknowledged.load(project(tmp_path, WIDER))
    check = acknowledged.gate([change(), change(wider=False)], known, "0014")
    assert (check.name, check.ok) == ("access", True)
    assert check.said == "2 changes, 1 wider: 1 acknowledged, 0 not"
    assert check.details == (
        "public.tanks select op: own depot -> all rows (acknowledged: operators take over the tanks)",
    )


@pytest.mark.parametrize(
    "other", [change("anon"), change(subject="public.words"), change(command="delete"), change("anon", wider=None)]
)
def test_what_is_not_acknowledged_fails_and_stands_first(tmp_path: Path, other: AccessChange) -> None:
    known = acknowledged.load(project(tmp_path, WIDER))
    check = acknowledged.gate([change(), other], known, "0014")
    assert not check.ok
    assert check.details[0].startswith(f"{other.subject} {other.command} {other.persona}: ")
    assert check.details[1].endswith("(acknowledged: operators take over the tanks)")


def test_what_could_not_be_told_counts_as_wider() -> None:
    check = acknowledged.gate([change(wider=None)], (), "0014")
    assert (check.ok, check.said) == (False, "1 changes, 1 wider or not to be told (1): 0 acknowledged, 1 not")
    assert check.details == ("public.tanks select op: could not be told: own depot -> all rows [why]",)


def test_narrower_access_and_none_pass() -> None:
    assert acknowledged.gate([change(wider=False)], (), "0014").ok
    check = acknowledged.gate([], (), None)
    assert (check.ok, check.said, check.details) == (True, "unchanged", ())


@pytest.mark.parametrize("last", ["0013", "0015", None])
def test_an_acknowledgement_holds_for_its_plan_only(tmp_path: Path, last: str | None) -> None:
    known = acknowledged.load(project(tmp_path, WIDER))
    check = acknowledged.gate([change()], known, last)
    assert not check.ok
    assert check.details[1] == f"acknowledged for another revision than {last}: 0014"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["team"]', '["chef"]', "is about chef, which is no persona or group"),
        ('["team"]', '"team"', "personas is not a list"),
        ('personas = ["team"]', "", "names no personas"),
        ('"operators take over the tanks"', '"because"', "gives no reason"),
        ('"operators take over the tanks"', '"              "', "gives no reason"),
        ('revision = "0014"', "", "names no revision"),
        ('revision = "0014"', "revision = 14", "names no revision"),
        ('["select"]', '["drop"]', "names no command: drop"),
        ("commands", "command", "unknown key: command"),
    ],
)
def test_an_acknowledgement_that_means_nothing_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        acknowledged.load(project(tmp_path, WIDER.replace(old, new)))


def test_the_two_readers_of_the_file_know_each_others_tables(tmp_path: Path) -> None:
    config = project(tmp_path, WIDER)
    assert len(contract.load(config).promises) == 1
    assert acknowledged.load(config)[0].line == 6
    assert acknowledged.load(project(tmp_path, "")) == ()
    with pytest.raises(UsageError, match="unknown table: widr"):
        contract.load(project(tmp_path, WIDER.replace("wider", "widr")))
    with pytest.raises(UsageError, match="in another form"):
        acknowledged.load(project(tmp_path, "[wider]\nreason = 1\n"))


def test_the_projects_own_acknowledgements_are_in_order() -> None:
    config = Config.find(Path(__file__).parents[2])
    founding = acknowledged.load(config)[0]
    assert founding.revision == "0013"
    assert founding.covers(change("anon", "public.anything", "truncate")) is True
