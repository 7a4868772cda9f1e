"""Whatever the text, the linter ends soon, breaks nowhere, and says the same twice."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from work import calls

from rempart.lint.engine import Unit, lint
from rempart.lint.registry import all_rules
from rempart.lint.settings import Settings
from rempart.lint.statement import Direction
from rempart.report.finding import Finding
from rempart.report.text import findings_text
from rempart.sqltext.positioned import PositionedText

ROOT = Path(__file__).parent.parent.parent
REAL = sorted([*ROOT.glob("tests/lint_cases/**/*.sql"), *ROOT.glob("schema/**/*.sql"), *ROOT.glob("policies/*.sql")])
TEXTS = [file.read_text(encoding="utf-8")[:6000] for file in REAL]
INPUTS = int(os.environ.get("REMPART_FUZZ_INPUTS", "2000"))
"""The nightly run sets 100,000."""
MOST = 1_000_000
"""Calls that a short text may take: ten times what any took."""
PIECES = [
    *["'", '"', "$$", "$a$", ";", "(", ")", "[", "/*", "*/", "--", "\\", "\n", "\r\n", "\t", "\0", "\ufeff", "::"],
    *[":x", "..", "%I", "e'", "E'\\u12'", "U&'", "''", "é", "😀", "\ud800", "x" * 70, '"' + "é" * 40 + '"', "((" * 40],
    *[" or ", " not ", " null ", " end ", " case ", " begin ", " begin atomic ", " loop ", " execute ", " array["],
    *["do $$ begin ", "copy x from stdin;\n", "\\.\n", "\\gexec\n", "public.", " anon ", " as ", " with "],
    *["-- rempart: allow grant-all: x\n", "/* rempart: allow", " until 2026-13-01: "],
]


def judged(sql: str) -> list[Finding]:
    units = [Unit("f.sql", Direction.FILE, [PositionedText.whole_file("f.sql", sql)])]
    return lint(units, all_rules(), Settings()).findings


def check(sql: str) -> None:
    found: list[Finding] = []
    took = calls(lambda: found.extend(judged(sql)))
    assert took < MOST, f"{took} calls"
    lines = sql.count("\n") + 1
    for finding in found:
        assert "defect of rempart" not in finding.message, finding
        assert 1 <= finding.line <= lines, finding
        assert finding.column >= 1, finding
    findings_text(found, "x")
    assert judged(sql) == found


def mutated(chance: random.Random) -> str:
    sql = chance.choice(TEXTS)
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(sql))
        end = min(len(sql), start + chance.randint(1, 12))
        match chance.randint(0, 5):
            case 0:
                sql = sql[:start] + chance.choice(PIECES) + sql[start:]
            case 1:
                sql = sql[:start] + sql[end:]
            case 2:
                sql = sql[:start] + chance.choice(PIECES) + sql[end:]
            case 3:
                other = chance.choice(TEXTS)
                at = chance.randint(0, len(other))
                sql = sql[:start] + other[at : at + chance.randint(1, 200)] + sql[start:]
            case 4:
                sql = sql[:start] + sql[start:end] * chance.randint(2, 5) + sql[end:]
            case _:
                sql = sql[:start]
    return sql


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(4))
def test_real_sql_mutated(part: int) -> None:
    chance = random.Random(part)
    for _ in range(INPUTS // 4):
        sql = mutated(chance)
        try:
            check(sql)
        except Exception as error:
            raise AssertionError(f"on {sql!r}") from error


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8), st.sampled_from(TEXTS)), max_size=12))
def test_any_text(parts: list[str]) -> None:
    check("".join(part[:300] for part in parts))


@settings(max_examples=100, deadline=None)
@given(
    st.text(min_size=1, max_size=20).filter(
        # No role is called none, in quotes neither.
        lambda name: "\0" not in name and name.isprintable() and name != "none"
    )
)
def test_any_name_is_pointed_at(name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    sql = f"/* é😀\n */ create schema s;\r\n\tgrant select on s.{quoted} to {quoted}, anon;"
    (finding,) = (one for one in judged(sql) if one.rule == "grant-to-forbidden-role")
    assert finding.source[finding.column - 1 :].startswith("anon")
    assert finding.line == 3


def test_file_of_ten_megabytes() -> None:
    line = "insert into public.t (a, b) values (1, 'éé');\n"
    sql = line * (10_000_000 // len(line) // 8) + "-- " + "x" * 8_500_000 + "\ngrant select on public.t to anon;\n"
    found = judged(sql)
    assert [finding.line for finding in found if finding.rule == "grant-to-forbidden-role"] == [sql.count("\n")]
