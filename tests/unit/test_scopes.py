"""Which table a column of a policy's condition belongs to."""

from __future__ import annotations

from typing import Any

import pytest
from pglast import ast, parse_sql

from rempart.sqltext.scopes import Source, correlated, owner, placed
from rempart.sqltext.walk import column

TABLES = {"docs": {"id", "team_id", "owner"}, "members": {"team_id", "user_id"}, "teams": {"id", "name"}}


def columns_of(schema: str | None, name: str) -> frozenset[str] | None:
    return frozenset(TABLES[name]) if name in TABLES else None


DOCS = Source("docs", "public", "docs", frozenset(TABLES["docs"]))


def condition(text: str) -> Any:
    return parse_sql(f"select * from docs where {text}")[0].stmt.whereClause


def owners(text: str, table: Source = DOCS) -> dict[str, str]:
    """For each column as written: the alias of the table it belongs to."""
    found = {}
    for here in placed(condition(text), table, columns_of):
        parts = column(here.node)
        if parts:
            held = owner(parts, here.chain)
            found[".".join(parts)] = held.source.alias if held and held.source else "?"
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("owner = 1", {"owner": "docs"}),
        ("exists (select 1 from members m where m.user_id = owner)", {"m.user_id": "m", "owner": "docs"}),
        ("exists (select 1 from members m where m.team_id = team_id)", {"m.team_id": "m", "team_id": "m"}),
        ("exists (select 1 from members where team_id = docs.team_id)", {"team_id": "members", "docs.team_id": "docs"}),
        ("exists (select 1 from unknown u where u.x = owner)", {"u.x": "u", "owner": "?"}),
        ("exists (select 1 from unknown u where u.x = docs.owner)", {"u.x": "u", "docs.owner": "docs"}),
        ("team_id in (select team_id from teams)", {"team_id": "docs"}),
        ("exists (select 1 from members m join teams t on t.id = m.team_id)", {"t.id": "t", "m.team_id": "m"}),
        (
            "exists (select 1 from (select user_id as u from members) x where u = owner)",
            {"user_id": "members", "u": "x", "owner": "docs"},
        ),
        (
            "exists (with w as (select team_id from members) select 1 from w where owner = 1)",
            {"team_id": "members", "owner": "docs"},
        ),
        (
            "exists (select 1 from members where exists (select 1 from teams where name = owner))",
            {"name": "teams", "owner": "docs"},
        ),
        ("exists (select 1 from members m, lateral (select m.user_id) x)", {"m.user_id": "m"}),
        ("exists (select 1 from generate_series(1, 2) n where n = owner)", {"n": "n", "owner": "docs"}),
        ("f(docs)", {"docs": "docs"}),
    ],
)
def test_columns_belong_to_the_innermost_table_that_has_them(text: str, expected: dict[str, str]) -> None:
    assert owners(text) == expected


def test_column_of_a_table_nothing_is_known_of_belongs_to_it_when_no_other_has_it() -> None:
    table = Source("docs", "public", "docs", None)
    assert owners("exists (select 1 from members where user_id = owner)", table)["owner"] == "docs"


@pytest.mark.parametrize(
    ("text", "correlates"),
    [
        ("exists (select 1 from members m where m.team_id = docs.team_id)", True),
        ("exists (select 1 from members m where m.team_id = team_id)", False),
        ("team_id in (select m.team_id from members m)", False),
        ("(select auth.uid() = owner)", True),
        ("(select auth.uid()) = owner", False),
        ("exists (select 1 from unknown where x = y)", False),
    ],
)
def test_correlated_sub_selects_are_told_from_others(text: str, correlates: bool) -> None:
    everything = list(placed(condition(text), DOCS, columns_of))
    sublink = next(here.node for here in everything if isinstance(here.node, ast.SubLink))
    assert (id(sublink) in correlated(everything)) is correlates
