"""`rempart lint`, as a user types it, in a project without revisions."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mini_project import REMPART

Run = Callable[..., subprocess.CompletedProcess[str]]
BAD = "create schema a;\n\tgrant select on a.é to anon;\n"
GOOD = "create schema a;\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [REMPART, "lint", *arguments],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, **variables},
            timeout=60,
        )

    (tmp_path / "bad.sql").write_text(BAD, encoding="utf-8")
    (tmp_path / "good.sql").write_text(GOOD, encoding="utf-8")
    return run


def test_finding_has_its_place_and_the_gate_fails(run: Run) -> None:
    answer = run("bad.sql")
    assert answer.returncode == 1
    assert answer.stdout == (
        "bad.sql:2:25: error grant-to-forbidden-role: anon gets select on table a.é\n"
        "    2 |  grant select on a.é to anon;\n"
        "      |                         ^^^^\n"
        "1 error (2 statements in 1 file)\n"
    )
    assert answer.stderr == ""


def test_nothing_found(run: Run) -> None:
    answer = run("good.sql")
    assert (answer.returncode, answer.stdout) == (0, "no findings (1 statement in 1 file)\n")


def test_standard_input(run: Run) -> None:
    answer = run("-", stdin=BAD)
    assert answer.returncode == 1
    assert answer.stdout.startswith("-:2:25: error ")


def test_folder(run: Run) -> None:
    assert run(".").stdout.endswith("(3 statements in 2 files)\n")


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_machine_formats_are_json_alone(run: Run, form: str) -> None:
    answer = run("bad.sql", "--format", form)
    assert answer.returncode == 1
    written = json.loads(answer.stdout)
    if form == "json":
        assert [finding["column"] for finding in written["findings"]] == [25]
    else:
        assert len(written["runs"][0]["results"]) == 1
        assert len(written["runs"][0]["tool"]["driver"]["rules"]) > 40


def test_github_annotations(run: Run) -> None:
    first = run("--format=github", "bad.sql").stdout.splitlines()[0]
    assert first.startswith("::error file=bad.sql,line=2,col=25,")


def test_warnings_fail_and_infos_do_not(run: Run, tmp_path: Path) -> None:
    (tmp_path / "psql.sql").write_text("\\echo a\nselect 1;", encoding="utf-8")
    assert run("psql.sql").returncode == 1
    table = "[tool.rempart.lint.severities]\npsql-command = '{}'\n"
    (tmp_path / "pyproject.toml").write_text(table.format("info"), encoding="utf-8")
    answer = run("psql.sql")
    assert (answer.returncode, "1 info" in answer.stdout) == (0, True)
    (tmp_path / "pyproject.toml").write_text(table.format("off"), encoding="utf-8")
    assert run("psql.sql").stdout == "no findings (1 statement in 1 file)\n"


def test_suppressed_findings_pass(run: Run) -> None:
    sql = f"-- rempart: allow grant-to-forbidden-role: open data\n{BAD.splitlines()[1]}"
    answer = run("-", stdin=sql)
    assert (answer.returncode, answer.stdout) == (0, "1 suppressed (1 statement in 1 file)\n")
    (finding,) = json.loads(run("-", "--format", "json", stdin=sql).stdout)["findings"]
    assert finding["suppressed"] is True


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere.sql",), "there is no nowhere.sql"),
        (("empty",), "no SQL file in empty"),
        (("comments.sql",), "no SQL statement in comments.sql"),
        (("good.sql", "comments.sql"), "no SQL statement in comments.sql"),
        (("binary.sql",), "not UTF-8"),
        (("-",), "no SQL statement in -"),
        ((), "no project here"),
        (("--explain", "no-such-rule"), "no rule 'no-such-rule'"),
        (("--since", "no-such-ref", "bad.sql"), "no git repository"),
    ],
)
def test_missed_preconditions_are_told(run: Run, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "comments.sql").write_text("-- nothing\n", encoding="utf-8")
    (tmp_path / "binary.sql").write_bytes(b"select '\xff';")
    answer = run(*arguments)
    assert answer.returncode == 2
    assert told in answer.stderr
    assert "next: " in answer.stderr
    assert "Traceback" not in answer.stderr


def test_wrong_options_are_told(run: Run) -> None:
    answer = run("--format", "xml", "bad.sql")
    assert (answer.returncode, "xml" in answer.stderr) == (2, True)


def test_explain(run: Run) -> None:
    answer = run("--explain", "grant-to-forbidden-role")
    assert answer.returncode == 0
    assert "grant-to-forbidden-role" in answer.stdout


def test_help_is_listed_and_given(run: Run) -> None:
    listed = subprocess.run([REMPART, "--help"], capture_output=True, text=True, timeout=60)
    assert "lint" in listed.stdout
    assert "--since" in run("--help").stdout


def test_reader_that_has_gone_is_no_error(tmp_path: Path, run: Run) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    answer = subprocess.run(
        [REMPART, "lint", "bad.sql"], cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60
    )
    os.close(writing)
    assert (answer.returncode, answer.stderr) == (141, b"")


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_on_a_terminal_only(tmp_path: Path, run: Run, variables: dict[str, str], coloured: bool) -> None:
    outer, inner = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    environment |= {"TERM": "xterm", **variables}
    with subprocess.Popen([REMPART, "lint", "bad.sql"], cwd=tmp_path, stdout=inner, env=environment):
        os.close(inner)
        written = b""
        try:
            while part := os.read(outer, 4096):
                written += part
        except OSError:
            pass  # The other end is closed.
    os.close(outer)
    assert (b"\x1b[" in written) is coloured


def test_the_fast_way_loads_neither_typer_nor_rich_nor_alembic(tmp_path: Path, run: Run) -> None:
    program = (
        "import sys\nfrom rempart.cli.main import main\nsys.argv = ['rempart', 'lint', 'bad.sql']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'typer', 'rich', 'alembic', 'sqlalchemy',"
        " 'psycopg', 'click', 'argparse'}))"
    )
    answer = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert answer.stdout.splitlines()[-1] == "[]", answer.stderr


def test_since_reports_changed_lines_only(tmp_path: Path, run: Run) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    assert run("bad.sql", "--since", "HEAD").returncode == 0
    (tmp_path / "bad.sql").write_text(BAD + "grant select on a.b to anon;\n", encoding="utf-8")
    answer = run("--since", "HEAD", "bad.sql")
    assert answer.returncode == 1
    assert next(line for line in answer.stdout.splitlines() if ": error " in line).startswith("bad.sql:3:")
    assert answer.stdout.count(": error ") == 1
