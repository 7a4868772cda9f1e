"""The work a text takes grows with its length, not with its square: long lists, deep nesting, many objects.

Counted in calls; what this takes in seconds is told by the benchmark of the linter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from work import calls

from rempart.lint.engine import Unit, lint
from rempart.lint.registry import all_rules
from rempart.lint.settings import Settings
from rempart.lint.statement import Direction
from rempart.report.text import findings_text
from rempart.sqltext.positioned import PositionedText

FEW, MANY = 250, 1000
TIMES = 4 * 1.25
"""Four times the text may take that much more; with the square it would take 16 times as much."""
TABLE = (
    "create table public.t (id uuid primary key, a int, b int, o uuid); alter table public.t enable row level security;"
)


def policy(condition: str) -> str:
    return f"{TABLE} create policy p on public.t for select to authenticated using ({condition});"


def tables(number: int, using: str) -> str:
    return "".join(
        f"create table public.t{i} (id int, o uuid); alter table public.t{i} enable row level security;"
        f"create policy p on public.t{i} for select to authenticated using ({using.format(i=i, next=i + 1)});\n"
        for i in range(number)
    )


def each(number: int, text: str) -> str:
    return "".join(text.replace("{i}", str(i)).replace("{next}", str(i + 1)) for i in range(number))


def joined(number: int, by: str, text: str) -> str:
    return by.join(text.format(i=i) for i in range(number))


ON_T = "create policy p{i} on public.t for {c} to authenticated using (a = {i} and o = (select auth.uid()));\n"
CALLS = (
    "create function app.f{i}() returns int language sql stable set search_path = '' as 'select app.f{next}()';\n"
    "create table public.t{i} (id int); alter table public.t{i} enable row level security;\n"
    "create policy p on public.t{i} for select to authenticated using ((select app.f{i}()) = id);\n"
)
TEXTS: dict[str, Callable[[int], str]] = {
    "or": lambda n: policy(joined(n, " or ", "(a = {i} and o = (select auth.uid()))")),
    "opposites": lambda n: policy(joined(n, " or ", "(a = {i} and b <> {i})")),
    "nested or": lambda n: policy("(a = 1 or " * (n // 4) + "b = 2" + ")" * (n // 4)),
    "union": lambda n: policy(f"exists ({joined(n, ' union ', 'select 1 where a = {i}')})"),
    "nested select": lambda n: policy("(select " * n + "true" + ")" * n),
    "nested exists": lambda n: policy("exists (select 1 from public.u where " * (n // 3) + "a = 1" + ")" * (n // 3)),
    "policies of a table": lambda n: TABLE + each(n, ON_T.replace("{c}", "select")),
    "policies for update": lambda n: TABLE + each(n, ON_T.replace("{c}", "update")),
    "replaced policies": lambda n: TABLE + each(n, "drop policy p{i} on public.t;" + ON_T.replace("{c}", "select")),
    "tables in a row": lambda n: tables(n, "exists (select 1 from public.t{next} x where x.id = t{i}.id)"),
    "functions in a row": lambda n: each(n, CALLS),
    "grants": lambda n: each(
        n,
        "create table public.t{i} (id int); alter table public.t{i} enable row level security;"
        "grant select on public.t{i} to authenticated; revoke all on public.t{i} from anon;\n",
    ),
    "suppressions": lambda n: "-- rempart: allow grant-all: x\ngrant all on public.t to authenticated;\n" * n,
    "suppressions of one": lambda n: "-- rempart: allow grant-all: x\n" * n + "grant all on public.t to authenticated;",
    "variables": lambda n: (
        f"do $$ declare {each(n, 'v{i} text := $a$select 1$a$;')} begin {each(n, 'execute v{i};')} end $$"
    ),
    "unclosed": lambda n: each(n, "create table t{i} (a int;\n"),
    "one line": lambda n: each(n, "grant select on public.é{i} to anon; "),
    "memberships": lambda n: each(n, "create role r{i}; grant r{i} to r{next};\n"),
}


def work(sql: str) -> int:
    units = [Unit("f.sql", Direction.FILE, [PositionedText.whole_file("f.sql", sql)])]
    return calls(lambda: findings_text(lint(units, all_rules(), Settings()).findings, ""))


@pytest.mark.parametrize("name", TEXTS)
def test_work_grows_with_the_text(name: str) -> None:
    text = TEXTS[name]
    work(text(10))
    few, many = work(text(FEW)), work(text(MANY))
    assert many < TIMES * few, f"{few} calls, then {many}"


def test_growth_with_the_square_is_seen() -> None:
    def each_with_each(number: int) -> None:
        for _ in range(number):
            for _ in range(number):
                abs(1)

    assert calls(lambda: each_with_each(MANY)) > TIMES * calls(lambda: each_with_each(FEW))
