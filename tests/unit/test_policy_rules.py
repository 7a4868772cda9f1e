"""When policies are judged, and where a finding points."""

from __future__ import annotations

import pytest

from rempart.lint.engine import Unit, lint
from rempart.lint.registry import all_rules
from rempart.lint.settings import Settings
from rempart.lint.statement import Direction
from rempart.report.finding import Finding
from rempart.sqltext.positioned import PositionedText


def run(*sqls: tuple[str, str, Direction], settings: Settings | None = None) -> list[Finding]:
    units = [Unit(name, direction, [PositionedText.whole_file(name, sql)], name[:1]) for name, sql, direction in sqls]
    return lint(units, all_rules(), settings or Settings()).findings


def found(sql: str, settings: Settings | None = None) -> list[tuple[str, int, int]]:
    return [(one.rule, one.line, one.column) for one in run(("x.sql", sql, Direction.FILE), settings=settings)]


OWN = "using (owner_id = (select auth.uid()))"


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("create policy p on public.t\n for select to authenticated\n using ( true );", ("always-true-read", 3, 10)),
        (
            'create policy "using (x)" on public.t for select to authenticated -- using (\n using (1 = 1);',
            ("always-true-read", 2, 9),
        ),
        (
            f"create policy p on public.t for update to authenticated {OWN}\n  with  check\n  (true);",
            ("missing-with-check", 3, 4),
        ),
        (
            f"create policy p on public.t for select to authenticated,\n  anon {OWN};",
            ("policy-to-forbidden-role", 2, 3),
        ),
        (f"create policy p on public.t for select to public {OWN};", ("policy-to-public", 1, 43)),
        (
            "create policy p on public.t for select to authenticated using (a = 1 or\n  b = auth.uid());",
            ("session-function-per-row", 2, 7),
        ),
    ],
)
def test_finding_points_at_the_part_that_is_wrong(sql: str, place: tuple[str, int, int]) -> None:
    assert found(sql) == [place]


def test_clause_of_an_altered_policy_is_pointed_at_where_it_was_altered() -> None:
    sql = f"create policy p on public.t for select to authenticated {OWN};\nalter policy p on public.t\n using (true);"
    assert found(sql) == [("always-true-read", 3, 9)]


def test_policy_that_a_later_file_corrects_is_not_found() -> None:
    before = ("1.sql", "create policy p on public.t for select to authenticated using (true);", Direction.FILE)
    after = ("2.sql", f"alter policy p on public.t {OWN};", Direction.FILE)
    assert run(before, after) == []


def test_policy_of_a_downgrade_is_judged_at_once() -> None:
    up = ("1 up", f"create policy p on public.t for select to authenticated {OWN};", Direction.UPGRADE)
    down = ("1 down", "alter policy p on public.t using (true);", Direction.DOWNGRADE)
    assert ("always-true-read", "1 down") in [(one.rule, one.path) for one in run(up, down)]


def test_policy_that_is_created_twice_is_judged_twice() -> None:
    sql = "create policy p on public.t for select to authenticated using (true);"
    later = f"create policy p on public.t for select to authenticated {OWN};"
    findings = run(("a.sql", sql, Direction.FILE), ("b.sql", later, Direction.FILE))
    assert [(one.rule, one.path) for one in findings] == [("always-true-read", "a.sql")]


def test_condition_nested_too_deeply_is_said_and_not_passed_over() -> None:
    sql = f"create policy p on public.t for select to authenticated using ({'not ' * 2000} a);"
    assert any("nested too deeply" in one.message for one in run(("x.sql", sql, Direction.FILE)))


def test_forbidden_roles_are_configuration() -> None:
    sql = f"create policy p on public.t for select to visitor {OWN};"
    assert found(sql) == []
    settings = Settings(forbidden_roles=frozenset({"public", "visitor"}))
    assert found(sql, settings) == [("policy-to-forbidden-role", 1, 43)]


def test_exposed_schemas_are_configuration() -> None:
    sql = "create table api.t (id int);"
    assert found(sql) == []
    assert [rule for rule, _, _ in found(sql, Settings(exposed_schemas=frozenset({"api"})))] == [
        "row-security-not-enabled"
    ]


def test_session_functions_are_configuration() -> None:
    sql = "create policy p on public.t for select to authenticated using (owner = jwt.user(realm));"
    assert found(sql) == []
    settings = Settings(session_functions=frozenset({"jwt.user"}))
    assert [rule for rule, _, _ in found(sql, settings)] == ["session-function-per-row"]
