"""Squawk's findings under our names, at our places, under our settings."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from lint_units import units_of

from rempart.errors import OperationError, UsageError
from rempart.lint import locks
from rempart.lint.engine import Unit, lint
from rempart.lint.rule import Problem
from rempart.lint.settings import Settings
from rempart.lint.squawk_rules import squawk_rules
from rempart.lint.statement import Direction
from rempart.report.finding import Finding, Severity
from rempart.sqltext.positioned import PositionedText

TABLE = "-- upgrade 0001\ncreate table app.notes (id bigint primary key, nom text);\n"


def findings(sql: str, settings: Settings | None = None) -> list[Finding]:
    return lint(units_of(sql), locks.rules(), settings or Settings(), [locks.checker]).findings


def names(sql: str, settings: Settings | None = None) -> list[str]:
    return [finding.rule.removeprefix("squawk/") for finding in findings(sql, settings) if not finding.suppressed]


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("alter table app.notes add column a bigint default random()", "adding-field-with-default"),
        ("alter table app.notes alter column nom set not null", "adding-not-nullable-field"),
        ("alter table app.notes add column a text not null", "adding-required-field"),
        ("alter table app.notes drop column nom", "ban-drop-column"),
        ("drop table app.notes", "ban-drop-table"),
        ("drop function app.f()", "ban-drop-function"),
        ("drop view app.v", "ban-drop-view"),
        ("alter table app.notes alter column nom type varchar", "changing-column-type"),
        ("alter table app.notes add constraint c check (id > 0)", "constraint-missing-not-valid"),
        ("alter table app.notes rename column nom to titre", "renaming-column"),
        ("create index notes_nom on app.notes (nom)", "require-concurrent-index-creation"),
        ("create index concurrently i on app.notes (nom)", "ban-concurrent-index-creation-in-transaction"),
        ("drop index app.notes_nom", "require-concurrent-index-deletion"),
        ("begin; select 1", "transaction-nesting"),
    ],
)
def test_change_of_an_older_table_is_found(sql: str, rule: str) -> None:
    assert rule in names(f"{TABLE}-- upgrade 0002\n{sql};\n")


def test_table_of_the_same_revision_locks_nobody_out() -> None:
    statements = [
        "create index notes_nom on app.notes (nom);",
        "alter table app.notes add constraint c check (id > 0);",
        "alter table app.notes add column a text not null;",
        "alter table app.notes rename column nom to titre;",
        "drop index app.notes_nom;",
    ]
    assert names(TABLE + "\n".join(statements)) == []
    pieces = [PositionedText.whole_file("a.py", text) for text in (TABLE, *statements)]
    unit = Unit("0001", Direction.UPGRADE, pieces, "0001")
    assert lint([unit], locks.rules(), Settings(), [locks.checker]).findings == []
    backwards = Unit("0001", Direction.UPGRADE, pieces[::-1], "0001")
    assert len(lint([backwards], locks.rules(), Settings(), [locks.checker]).findings) == 5


def test_declared_state_is_not_a_migration() -> None:
    assert names("alter table app.notes drop column nom;") == []


def test_downgrade_takes_away_on_purpose_but_its_locks_count() -> None:
    sql = f"{TABLE}-- downgrade 0001\ndrop index app.i;\ndrop function app.f();\ndrop table app.notes;\n"
    assert names(sql) == ["require-concurrent-index-deletion"]


@pytest.mark.parametrize(
    "sql",
    [
        "drop view app.v;\ncreate view app.v as select 1 as un;",
        "drop materialized view app.v;\ncreate materialized view app.v as select 1 as un;",
        "drop function app.f(int);\ncreate function app.f(text) returns int language sql as 'select 1';",
        "drop function f;\ncreate function public.f() returns int language sql as 'select 1';",
    ],
)
def test_what_is_created_again_is_not_missed(sql: str) -> None:
    assert names(f"-- upgrade 0002\n{sql}") == []


@pytest.mark.parametrize(
    "sql",
    [
        "drop view app.v;",
        "drop view app.v, app.w;\ncreate view app.v as select 1 as un;",
        "drop view app.v;\ncreate view other.v as select 1 as un;",
    ],
)
def test_what_is_not_created_again_is_missed(sql: str) -> None:
    assert names(f"-- upgrade 0002\n{sql}") == ["ban-drop-view"]


def test_places_count_characters_of_the_right_piece() -> None:
    first = PositionedText("select 'é'\n", "a.py", "select 'é'\n")
    file_text = "\n\n  /* é𝄞 */ alter table app.notes drop column nomé"
    second = PositionedText(file_text.strip(), "b.py", file_text, offset=4)
    unit = Unit("0002", Direction.UPGRADE, [first, second], "0002")
    report = lint([unit], locks.rules(), Settings(), [locks.checker])
    (found,) = report.findings
    assert (found.path, found.line, found.column) == ("b.py", 3, file_text.index("drop") - 1)
    assert found.message == "drop column nomé: Dropping a column may break existing clients."
    assert found.severity is Severity.WARNING


def test_comments_and_settings_are_ours() -> None:
    drop = "alter table app.notes drop column nom;"
    assert names(f"-- upgrade 0002\n-- squawk-ignore ban-drop-column\n{drop}") == ["ban-drop-column"]
    allowed = f"-- upgrade 0002\n-- rempart: allow squawk/ban-drop-column: no client reads it since March\n{drop}"
    assert names(allowed) == []
    assert [one.suppressed for one in findings(allowed)] == [True]
    off = Settings(severities={"squawk/ban-drop-column": None})
    assert names(f"-- upgrade 0002\n{drop}", off) == []
    asked = Settings(severities={"squawk/require-table-schema": Severity.ERROR})
    assert names("-- upgrade 0002\ncreate table notes (id bigint);", asked) == ["require-table-schema"]


def test_style_is_off_by_default_and_width_is_an_info() -> None:
    (found,) = findings("-- upgrade 0001\ncreate table t (id int, nom varchar(10), c char(3), s bigserial);")
    assert (found.rule, found.severity) == ("squawk/prefer-bigint-over-int", Severity.INFO)


def test_autocommit_block_is_no_nested_transaction() -> None:
    texts = [
        PositionedText(f"commit; -- {locks.AUTOCOMMIT}", "a.py", "x", fixed=(1, 1)),
        PositionedText("create index concurrently i on app.notes (nom);", "a.py", "x", fixed=(2, 1)),
        PositionedText(f"begin; -- end of {locks.AUTOCOMMIT}", "a.py", "x", fixed=(1, 1)),
    ]
    unit = Unit("0002", Direction.UPGRADE, texts, "0002")
    assert lint([unit], locks.rules(), Settings(), [locks.checker]).findings == []


def test_what_squawk_cannot_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [
        {
            "file": "0.sql",
            "line": 0,
            "column": 7,
            "line_end": 0,
            "column_end": 8,
            "level": "Error",
            "message": "expected this",
            "help": None,
            "rule_name": "syntax-error",
        }
    ]
    done = subprocess.CompletedProcess([], 1, stdout=json.dumps(answer), stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert names("-- upgrade 0001\nselect 1;") == ["syntax-error"]
    assert names("-- upgrade 0001\nselec 1;") == []
    answer[0]["rule_name"] = "from-the-future"
    done.stdout = json.dumps(answer)
    assert names("-- upgrade 0001\nselect 1;") == ["newer-rule"]


def test_missing_squawk_is_a_wrong_usage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="squawk is not installed"):
        names("-- upgrade 0001\nselect 1;")
    assert names("select 1;") == []


def test_broken_squawk_is_a_failed_operation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    binary = tmp_path / "squawk"
    binary.write_text("#!/bin/sh\necho broken >&2\nexit 101\n")
    binary.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(OperationError, match="broken"):
        names("-- upgrade 0001\nselect 1;")


def test_a_configuration_file_of_squawk_has_no_effect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".squawk.toml").write_text('excluded_rules = ["ban-drop-column"]\n')
    monkeypatch.chdir(tmp_path)
    assert names("-- upgrade 0002\nalter table app.notes drop column nom;") == ["ban-drop-column"]


def test_the_installed_squawk_knows_all_rules_listed_here() -> None:
    known = [one.name.removeprefix("squawk/") for one in squawk_rules()]
    listed = [name for name in known if name not in ("syntax-error", "newer-rule")]
    everything = Settings(severities={f"squawk/{name}": Severity.INFO for name in listed})
    # An unknown name makes squawk fail.
    assert isinstance(findings("-- upgrade 0001\nselect 1;", everything), list)
    options = [f"--exclude={name}" for name in listed]
    done = subprocess.run([locks._binary(), *options, "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_problems_say_what_they_are_about() -> None:
    units = units_of("-- upgrade 0001\nalter table app.notes\n    drop column nom;")
    problems = [problem for name, problem in locks.checker(units, Settings()) if name == "squawk/ban-drop-column"]
    assert problems == [Problem("drop column nom: Dropping a column may break existing clients.", problems[0].place)]
