"""The engine: who is asked about what, with which state, and what happens when something breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pglast import ast

from rempart.lint.engine import Report, Unit, lint
from rempart.lint.registry import all_rules
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Direction, Origin, Statement
from rempart.report.finding import Severity
from rempart.sqltext.positioned import PositionedText


class Grants(Rule):
    """Finds every GRANT, and tells how it comes to run."""

    name = "grants"
    severity = Severity.WARNING
    statements = (ast.GrantStmt,)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        yield Problem(f"{statement.origin} {statement.direction} {len(state.relations)}", statement.place)


class Memory(Rule):
    """Counts the statements it saw."""

    name = "memory"
    severity = Severity.INFO
    statements = (ast.CreateStmt,)

    def __init__(self) -> None:
        self.count = 0

    def after(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        self.count += 1
        yield Problem(f"number {self.count}", statement.place)


class Broken(Rule):
    """Breaks."""

    name = "broken"
    severity = Severity.ERROR
    statements = (ast.CreateStmt,)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        raise ValueError("secret")

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        raise RecursionError


def unit(sql: str, direction: Direction = Direction.FILE, revision: str | None = None) -> Unit:
    name = revision or "f.sql"
    return Unit(name, direction, [PositionedText.whole_file(f"{name}-{direction}", sql)], revision)


def judged(*units: Unit, rules: Any = (Grants,), settings: Settings | None = None) -> Report:
    return lint(units, [rule() for rule in rules], settings or Settings())


def messages(report: Report) -> list[str]:
    return [finding.message for finding in report.findings]


def test_rules_see_statements_wherever_they_stand() -> None:
    sql = """
        create schema a create table t () grant select on t to x;
        do $$ begin grant select on a.t to x; execute 'grant select on a.t to x'; end $$;
        create function a.f() returns void language plpgsql as $$ begin grant select on a.t to x; end $$;
    """
    origins = [message.split()[0] for message in messages(judged(unit(sql)))]
    assert origins == [Origin.WRITTEN, Origin.BLOCK, Origin.EXECUTE, Origin.FUNCTION]


def test_functions_of_functions_are_not_taken_in() -> None:
    inner = "create function a.g() returns void language sql as 'create table a.t ()'"
    sql = f"create function a.f() returns void language plpgsql as $x$ begin {inner}; end $x$; grant a on b to c;"
    assert messages(judged(unit(sql))) == ["written file 0"]


def test_files_and_revisions_are_judged_apart() -> None:
    report = judged(
        unit("create table a.t (); grant select on a.t to x"),
        unit("grant select on a.t to x", Direction.UPGRADE, "1"),
    )
    assert messages(report) == ["written upgrade 0", "written file 1"]


@pytest.mark.parametrize("downgrades_last", [False, True])
def test_downgrade_is_judged_on_the_state_of_its_revision_and_does_not_change_it(downgrades_last: bool) -> None:
    one = unit("create table a.t ()", Direction.UPGRADE, "1")
    undo = unit("grant select on a.t to x; drop table a.t", Direction.DOWNGRADE, "1")
    two = unit("create table a.u (); grant select on a.t to x", Direction.UPGRADE, "2")
    units = [one, two, undo] if downgrades_last else [one, undo, two]
    assert sorted(messages(judged(*units))) == ["written downgrade 1", "written upgrade 2"]


def test_rules_remember_each_line_of_statements_apart() -> None:
    rule = Memory()
    units = [unit("create table a.t (); create table a.u ()"), unit("create table a.t ()", Direction.UPGRADE, "1")]
    for _ in range(2):
        found = [finding.message for finding in lint(units, [rule], Settings()).findings]
        assert sorted(found) == ["number 1", "number 1", "number 2"]


def test_rule_that_breaks_is_a_finding_that_tells_no_values() -> None:
    report = judged(unit("create table a.t (); grant select on a.t to x"), rules=(Broken, Grants))
    defects = [finding for finding in report.findings if finding.rule == "broken"]
    assert [finding.line for finding in defects] == [0, 1]
    assert all("defect of rempart" in finding.message and "secret" not in finding.message for finding in defects)
    assert "grants" in {finding.rule for finding in report.findings}


def test_rules_that_are_off_are_not_asked() -> None:
    settings = Settings(severities={"broken": None, "grants": Severity.INFO})
    report = judged(unit("create table a.t (); grant select on a.t to x"), rules=(Broken, Grants), settings=settings)
    assert [(finding.rule, finding.severity, finding.fails) for finding in report.findings] == [
        ("grants", Severity.INFO, False)
    ]


def test_findings_are_in_order_and_not_twice() -> None:
    report = lint([unit("grant a on b to c;\ngrant a on b to c;")], [Grants(), Grants()], Settings())
    assert [finding.line for finding in report.findings] == [1, 2]


def test_empty_units_are_told() -> None:
    upgrades = [unit("select 1", Direction.UPGRADE, "1"), unit("selec 2", Direction.UPGRADE, "2")]
    report = judged(unit("-- nothing"), *upgrades)
    assert report.empty == ("f.sql",)
    assert (report.statements, report.units) == (1, 3)


def test_checkers_find_things_that_can_be_suppressed() -> None:
    text = unit("-- rempart: allow grants: known\nselect 1;\nselect 2;")

    def checker(units: Any, settings: Settings) -> list[tuple[str, Problem]]:
        places = [text.texts[0].place(text.texts[0].text.index(f"select {number}")) for number in (1, 2)]
        return [("grants", Problem("slow", place)) for place in places] + [("no-rule", Problem("x", places[0]))]

    report = lint([text], [Grants()], Settings(), [checker])
    assert [(finding.line, finding.suppressed) for finding in report.findings] == [(2, True), (3, False)]


def test_finding_shows_its_line_and_the_word_it_points_at() -> None:
    (finding,) = judged(unit("select 1;\r\n\tgrant select on a.t to x;\r\n")).findings
    assert (finding.line, finding.column, finding.source, finding.length) == (2, 2, "\tgrant select on a.t to x;", 5)


def test_blocks_nested_without_end_are_not_followed_for_ever() -> None:
    sql = "null;"
    for depth in range(30):
        sql = f"do $a{depth}$ begin {sql} end $a{depth}$;"
    found = lint([unit(sql)], all_rules(), Settings()).findings
    assert [finding.rule for finding in found] == ["unfollowed-statement"]


def test_registry_is_sorted_and_complete() -> None:
    names = [rule.name for rule in all_rules()]
    assert names == sorted(names)
    assert len(names) == len(set(names)) > 40
