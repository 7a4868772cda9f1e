"""Differences for people: what is shown, what is left out beside its table, and what is never called the same."""

from __future__ import annotations

import pytest

from rempart.catalog.compare import Difference
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.schema import Schema
from rempart.catalog.plan import Plan, Step
from rempart.report import differences


def schema(name: str, owner: str = "o", comment: str | None = None) -> Schema:
    return Schema("", name, "", owner, (), comment, ())


NEW, OLD = Identity("schema", "", "new"), Identity("schema", "", "old")
PLAN = Plan(
    (
        Difference(NEW, None, schema("new")),
        Difference(OLD, schema("old", comment="a"), schema("old", comment="b"), ("comment",)),
    ),
    (
        Step(NEW, "create", ("create schema new",)),
        Step(OLD, "alter", ("comment on schema old is 'b'",), "nothing much"),
    ),
    ((OLD, "it is the owner's"),),
)


def test_text() -> None:
    assert [line for line, _ in differences.text(PLAN, "a", "b", [("operator", "x")])] == [
        "+ schema new",
        "~ schema old",
        "    comment: a → b",
        "! not compared: operator x",
        "",
        "from a to b: 1 to create, 1 to alter; no SQL for 1 of them",
        "",
        "create schema new;",
        "-- destructive: loses nothing much",
        "comment on schema old is 'b';",
        "! no SQL for schema old: it is the owner's",
    ]


def test_markdown() -> None:
    shown = differences.markdown(PLAN, "a", "b", [("operator", "x")])
    assert shown.startswith(
        "### `a` → `b`\n\nfrom a to b: 1 to create, 1 to alter; no SQL for 1 of them\n\n```diff\n+ schema new\n"
    )
    assert "```sql\ncreate schema new;\n" in shown
    assert shown.endswith("- **no SQL** for schema old: it is the owner's\n")


@pytest.mark.parametrize(
    ("unread", "refused", "said"),
    [
        ([], (), "a and b are the same."),
        ([("operator", "x")], (), "a and b are the same, as far as they are read."),
        (
            [("operator", "x")],
            ((Identity("operator", "", "x"), "only one side has it"),),
            "a and b are the same, as far",
        ),
    ],
)
def test_what_was_not_read_is_not_called_the_same(
    unread: list[tuple[str, str]], refused: tuple[tuple[Identity, str], ...], said: str
) -> None:
    plan = Plan((), (), refused)
    lines = [line for line, _ in differences.text(plan, "a", "b", unread)]
    assert lines[-1].startswith(said)
    assert len(lines) == 1 + len(unread) + len(refused)
    shown = differences.markdown(plan, "a", "b", unread)
    assert said in shown
    assert ("only one side has it" in shown) is bool(refused)


def test_data() -> None:
    found = differences.data(PLAN, "a", "b", [("operator", "x")])
    assert (found["version"], found["from"], found["to"]) == (1, "a", "b")
    assert [(one["object"], one["action"], one["ddl"], one["refused"]) for one in found["differences"]] == [
        ("schema new", "create", ["create schema new"], None),
        ("schema old", "alter", ["comment on schema old is 'b'"], "it is the owner's"),
    ]
    assert found["ddl"] == ["create schema new", "comment on schema old is 'b'"]
    assert found["losses"] == [{"object": "schema old", "loses": "nothing much"}]
    assert found["not_compared"] == [{"kind": "operator", "name": "x"}]
