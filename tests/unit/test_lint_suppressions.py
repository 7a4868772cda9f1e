"""Comments that allow a finding: what they cover, and when they allow nothing."""

from __future__ import annotations

from datetime import date

import pytest

from rempart.lint.engine import Unit, lint
from rempart.lint.registry import all_rules
from rempart.lint.settings import Settings
from rempart.lint.statement import Direction
from rempart.report.finding import Finding
from rempart.sqltext.positioned import PositionedText

TODAY = date(2026, 11, 22)
RULE = "grant-to-forbidden-role"
GRANT = "grant select on a.t to anon;"


def findings(sql: str, settings: Settings | None = None) -> list[Finding]:
    text = PositionedText.whole_file("f.sql", sql)
    return lint([Unit("f.sql", Direction.FILE, [text])], all_rules(), settings or Settings(), today=TODAY).findings


def suppressed_lines(sql: str) -> list[int]:
    return [finding.line for finding in findings(sql) if finding.suppressed]


def open_findings(sql: str) -> list[tuple[str, int]]:
    return [(finding.rule, finding.line) for finding in findings(sql) if not finding.suppressed]


@pytest.mark.parametrize(
    "sql",
    [
        f"-- rempart: allow {RULE}: open data\n{GRANT}",
        f"--rempart:allow {RULE} : open data\n{GRANT}",
        f"/* rempart: allow {RULE}: open\n data */ {GRANT}",
        f"/*\n * rempart: allow {RULE}: open data\n */\n{GRANT}",
        f"{GRANT} -- rempart: allow {RULE}: open data",
        f"{GRANT[:-1]} -- rempart: allow {RULE}: open data\n;",
        f"grant select -- rempart: allow {RULE}: open data\n on a.t to anon;",
        f"-- rempart: allow {RULE}: open data\n-- and more words\n{GRANT}",
        f"-- rempart: allow psql-command, {RULE}: open data\n{GRANT.replace('a.t', 'a.t, :b')}",
        f"-- rempart: allow {RULE} until 2026-11-22: open data\n{GRANT}",
        f"do $$ begin\n-- rempart: allow {RULE}: open data\n{GRANT} end $$",
        f"-- rempart: allow {RULE}: open data\ndo $$ begin {GRANT} end $$",
        f"do $$ begin {GRANT} -- rempart: allow {RULE}: open data\n end $$",
        f"-- rempart: allow {RULE}: open data\ncreate schema a grant usage on schema a to anon;",
    ],
)
def test_covers_the_finding(sql: str) -> None:
    assert len(suppressed_lines(sql)) >= 1
    assert open_findings(sql) == []


def test_covers_one_statement_only() -> None:
    sql = f"-- rempart: allow {RULE}: open data\n{GRANT}\n{GRANT}"
    assert suppressed_lines(sql) == [2]
    assert open_findings(sql) == [(RULE, 3)]


@pytest.mark.parametrize(
    "sql",
    [
        f"-- rempart: allow {RULE}: open data\n\n{GRANT}",
        f"{GRANT}\n-- rempart: allow {RULE}: open data\n",
        f"select '-- rempart: allow {RULE}: open data';\n{GRANT}",
    ],
)
def test_does_not_cover_what_it_does_not_stand_at(sql: str) -> None:
    assert suppressed_lines(sql) == []


def test_comment_in_a_block_covers_one_statement_of_it() -> None:
    sql = f"do $$ begin\n-- rempart: allow {RULE}: open data\n{GRANT}\n{GRANT}\nend $$"
    assert open_findings(sql) == [(RULE, 4)]


@pytest.mark.parametrize(
    ("comment", "rule"),
    [
        (f"-- rempart: allow {RULE}", "suppression-without-reason"),
        (f"-- rempart: allow {RULE}: ", "suppression-without-reason"),
        (f"-- rempart: allow {RULE}: ...", "suppression-without-reason"),
        (f"-- rempart: allow {RULE} until 2026-11-21: past", "suppression-expired"),
        (f"-- rempart: allow {RULE} until tomorrow: soon", "suppression-expired"),
        ("-- rempart: allow grant-to-anon: wrong name", "suppression-unknown-rule"),
        ("-- rempart: allow *: everything", "suppression-unknown-rule"),
        (f"-- rempart: alow {RULE}: typing", "suppression-unknown-rule"),
        (f"-- rempart: allow {RULE} for now: no such words", "suppression-unknown-rule"),
    ],
)
def test_allows_nothing_and_is_found(comment: str, rule: str) -> None:
    assert open_findings(f"{comment}\n{GRANT}") == [(rule, 1), (RULE, 2)]


def test_unused_names_are_found_one_by_one() -> None:
    sql = f"-- rempart: allow {RULE}, psql-command: open data\n{GRANT}"
    (finding,) = (one for one in findings(sql) if not one.suppressed)
    assert (finding.rule, finding.line) == ("suppression-unused", 1)
    assert "psql-command" in finding.message


def test_suppression_of_a_rule_that_is_off_is_not_unused() -> None:
    sql = f"-- rempart: allow {RULE}: open data\n{GRANT}"
    assert findings(sql, Settings(severities={RULE: None})) == []


def test_finding_at_the_end_is_allowed_where_it_points() -> None:
    sql = "-- rempart: allow row-security-not-enabled: closed by its schema\ncreate table public.t (a int);"
    assert open_findings(sql) == []
    assert suppressed_lines(sql) == [2]


def test_one_comment_given_with_several_texts_is_used_once() -> None:
    file = f"-- rempart: allow {RULE}: open data\n{GRANT}\ncreate schema b;"
    whole = PositionedText.whole_file("f.py", file)
    end = file.index("create")
    comment = file.index("\n") + 1
    second = whole.decoded(file[:comment] + file[end:], [*range(comment), *range(end, len(file) + 1)])
    units = [Unit("1", Direction.UPGRADE, [whole.part(0, end), second], "1")]
    found = lint(units, all_rules(), Settings(), today=TODAY).findings
    assert [(one.rule, one.suppressed) for one in found] == [(RULE, True)]
