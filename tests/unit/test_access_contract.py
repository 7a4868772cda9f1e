"""The contract: what breaks a promise, and promises that cannot be meant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rempart.access import contract
from rempart.access.cells import Access, Cell, denied, unknown
from rempart.access.model import AccessMap
from rempart.access.personas import Persona, RowClass
from rempart.config import Config
from rempart.errors import UsageError

OWN, OTHER = frozenset({("own depot",)}), frozenset({("other depot",)})
NONE = Cell(Access.NONE, "no rows")
MAP = AccessMap(
    personas=(Persona("anon", "anon"), Persona("op_1", "user", group="op"), Persona("op_2", "user", group="op")),
    classes=(RowClass("own depot", "other depot", "no depot", "x", {"public.tanks": "depot_id"}),),
    relations={
        "public.tanks": {
            "anon": {"select": denied(), "delete": denied()},
            "op_1": {"select": Cell(Access.SOME, "own depot", reached=OWN), "delete": NONE},
            "op_2": {"select": Cell(Access.ALL, "all rows", reached=OWN | OTHER), "delete": unknown("no row")},
        },
        "public.words": {name: {"select": Cell(Access.ALL, "all rows")} for name in ("anon", "op_1", "op_2")},
    },
    columns={},
    sequences={},
    functions={"public.f()": {name: {"execute": denied()} for name in ("anon", "op_1", "op_2")}},
)


def judged(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "contract.toml"
    file.write_text(text, encoding="utf-8")
    config = replace(Config.find(Path(__file__).parents[2]), contract=file, root=tmp_path)
    return [f"{f.line} {f.object} {f.message}" for f in contract.check(MAP, contract.load(config))]


def test_promises_that_hold(tmp_path: Path) -> None:
    text = """
        [[promise]]
        says = "anon: nothing"
        personas = ["anon"]
        except = ["public.words"]
        rows = "denied"

        [[promise]]
        says = "own depot only"
        personas = ["op_1"]
        relations = ["public.t*"]
        rows = ["own depot"]
    """
    assert judged(tmp_path, text) == []


def test_broken_promises_name_who_and_what(tmp_path: Path) -> None:
    text = """
        [[promise]]
        says = "anon: nothing"
        personas = ["anon"]
        rows = "none"
        [[promise]]
        says = "own depot only"
        personas = ["op"]
        commands = ["select"]
        rows = ["own depot"]
        [[promise]]
        says = "nobody deletes"
        personas = ["*"]
        commands = ["delete"]
        rows = "none"
    """
    assert judged(tmp_path, text) == [
        "2 public.words “anon: nothing” does not hold: select on public.words by anon: all rows",
        "6 public.tanks “own depot only” does not hold: select on public.tanks by op_2: all rows",
        "6 public.words “own depot only” does not hold: select on public.words by op_1, op_2: "
        "its rows are in none of the classes: all rows",
        # What was not observed keeps no promise.
        "11 public.tanks “nobody deletes” does not hold: delete on public.tanks by op_2: not observed: no row",
    ]


@pytest.mark.parametrize(
    ("promise", "message"),
    [
        ('says = "x"\npersonas = ["chef"]\nrows = "none"', "is about chef, which is no persona or group"),
        (
            'says = "x"\npersonas = ["op"]\nrelations = ["public.gone"]\nrows = "none"',
            "public.gone, which does not exist",
        ),
        ('says = "x"\npersonas = ["op"]\nexcept = ["a*"]\nrows = "none"', r"a\*, which does not exist"),
        (
            'says = "x"\npersonas = ["op"]\nrelations = ["public.t*"]\ncommands = ["execute"]\nrows = "denied"',
            "is about nothing",
        ),
        ('says = "x"\npersonas = ["op"]\nrows = ["my depot"]', "a class of rows that does not exist: my depot"),
        ('says = "x"\npersonas = ["op"]\ncommands = ["drop"]\nrows = "none"', "names no command: drop"),
        ('says = "x"\npersonas = ["op"]\nrows = "nothing"', "rows is neither"),
        ('says = "x"\npersonas = ["op"]', "rows is neither"),
        ('personas = ["op"]\nrows = "none"', "lacks says or personas"),
        ('says = "x"\npersonas = "op"\nrows = "none"', "personas is not a list"),
        ('says = "x"\npersona = ["op"]\nrows = "none"', "unknown key: persona"),
        ('says = "x"\npersonas = []\nrows = "none"', "personas is empty"),
        ('says = "x"\npersonas = ["op"]\nrelations = []\nrows = "none"', "relations is empty"),
        ('says = "x"\npersonas = ["op"]\ncommands = []\nrows = "none"', "commands is empty"),
        ('says = "x"\npersonas = ["op"]\nexcept = ["*"]\nrows = "none"', "except leaves nothing"),
        (
            'says = "x"\npersonas = ["op"]\nrelations = ["public.tanks"]\ncommands = ["execute"]\nrows = "none"',
            "execute on public.tanks, which knows no such command",
        ),
    ],
)
def test_promises_that_mean_nothing_are_refused(tmp_path: Path, promise: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        judged(tmp_path, f"[[promise]]\n{promise}\n")


def test_a_missing_or_broken_file_is_refused(tmp_path: Path) -> None:
    config = replace(Config.find(Path(__file__).parents[2]), contract=tmp_path / "none.toml")
    with pytest.raises(UsageError, match="there is no"):
        contract.load(config)
    with pytest.raises(UsageError, match="does not list promises"):
        judged(tmp_path, "promise = 1 2")
    for other in ("promise = 1", 'promise = [{says = "x", personas = ["op"], rows = "none"}]', "[promise]"):
        with pytest.raises(UsageError, match="a promise in another form"):
            judged(tmp_path, other)
    with pytest.raises(UsageError, match="does not list promises"):
        judged(tmp_path, "")
    with pytest.raises(UsageError, match="does not list promises"):
        contract.load(replace(config, contract=tmp_path))
