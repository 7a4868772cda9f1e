"""`rempart up`, `down`, `url` and `psql`, as a user types them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from mini_project import REMPART, Project

AS_ROOT = os.geteuid() == 0


def ok(answer: subprocess.CompletedProcess[str]) -> str:
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def refused(answer: subprocess.CompletedProcess[str], code: int, message: str) -> None:
    assert answer.returncode == code, answer.stderr
    assert re.search(message, answer.stderr), answer.stderr
    assert "Traceback" not in answer.stderr
    assert "next: " in answer.stderr
    assert answer.stdout == ""


def rows(project: Project, query: str, *options: str) -> list[tuple[object, ...]]:
    with psycopg.connect(ok(project.run("url", *options)).strip()) as connection:
        return connection.execute(query.encode()).fetchall()


def test_up_url_psql_down_and_up_again(project: Project) -> None:
    output = ok(project.run("up"))
    assert "embedded-18" in output
    assert "revisions applied: 2 (now at 0002)" in output
    assert rows(project, "select current_user, current_database(), count(*)::int from public.thing") == [
        ("postgres", "depot", 0)
    ]
    assert rows(project, "select tableowner from pg_tables where tablename = 'thing'") == [("depot_owner",)]
    assert ok(project.run("psql", "-At", "-c", "select version() ~ 'PostgreSQL 18'")) == "t\n"
    assert ok(project.run("psql", "--", "-Atc", "insert into public.thing values (7) returning id")) == (
        "7\nINSERT 0 1\n"
    )

    # Another database of the same server, whatever server the caller's own variables name.
    shown = project.run(
        "psql", "--", "-d", "postgres", "-Atc", "select current_database()", PGHOST="nowhere", PGPORT="1"
    )
    assert ok(shown) == "postgres\n"

    assert "was running" in ok(project.run("up"))
    assert "stopped" in ok(project.run("down"))
    assert project.processes() == []
    assert "no server was running" in ok(project.run("down"))
    refused(project.run("url"), 3, "no server runs in")
    refused(project.run("psql"), 3, "no server runs in")

    assert "revisions applied: none were missing" in ok(project.run("up"))
    assert rows(project, "select id from public.thing") == [(7,)]
    ok(project.run("down"))
    assert project.leftovers() == []


@pytest.mark.slow
def test_a_chosen_folder_and_version(project: Project) -> None:
    folder = str(project.base / "with blank")
    assert "embedded-16" in ok(project.run("up", "--data-dir", folder, "--postgres", "16"))
    assert f"--data-dir '{folder}'" in ok(project.run("up", "--data-dir", folder))
    assert rows(project, "select current_setting('server_version_num')::int / 10000", "--data-dir", folder) == [(16,)]
    refused(project.run("up", "--data-dir", folder, "--postgres", "18"), 2, "holds data of Postgres 16, not 18")
    ok(project.run("down", "--data-dir", folder))
    assert not project.data.exists()


@pytest.mark.slow
def test_a_path_too_long_for_a_socket_gets_one_elsewhere(project: Project) -> None:
    folder = str(project.base / ("long" * 30))
    ok(project.run("up", "--data-dir", folder))
    assert rows(project, "select 1", "--data-dir", folder) == [(1,)]
    ok(project.run("down", "--data-dir", folder))
    assert project.leftovers() == []


@pytest.mark.slow
def test_sample_data_is_loaded_once(project: Project) -> None:
    assert "sample data: loaded" in ok(project.run("up", "--sample"))
    assert rows(project, "select count(*)::int from public.thing") == [(2,)]
    assert "sample data: was there" in ok(project.run("up", "--sample"))
    assert rows(project, "select count(*)::int from public.thing") == [(2,)]


@pytest.mark.slow
def test_sample_data_loaded_in_part_is_said_and_not_repeated(project: Project) -> None:
    ok(project.run("up"))
    project.write("sample/things.sql", "insert into public.nowhere values (1);")
    refused(project.run("up", "--sample"), 3, "nowhere")
    refused(project.run("up", "--sample"), 3, "there in part")


@pytest.mark.slow
def test_a_new_revision_is_applied_by_the_next_up(project: Project) -> None:
    ok(project.run("up"))
    text = (project.root / "migrations/versions/0002_slow.py").read_text()
    project.write(
        "migrations/versions/0003_more.py",
        text.replace("0001", "000x").replace("0002", "0003").replace("000x", "0002"),
    )
    assert "revisions applied: 1 (now at 0003)" in ok(project.run("up"))


@pytest.mark.parametrize("name", ["migrations/versions/0002_slow.py", "schema/platform/20_auth.sql"])
@pytest.mark.slow
def test_a_failing_first_installation_leaves_nothing(project: Project, name: str) -> None:
    good = (project.root / name).read_text()
    bad = good.replace("pg_sleep(0.3)", "nothing()").replace("create schema auth", "create nonsense auth")
    project.write(name, bad)
    answer = project.run("up")
    assert answer.returncode == 3, answer.stderr
    assert re.search("nothing|20_auth.sql", answer.stderr)
    assert not (project.root / ".rempart").exists()
    assert (project.processes(), project.leftovers()) == ([], [])
    project.write(name, good)
    ok(project.run("up"))


@pytest.mark.slow
def test_a_failing_revision_keeps_the_data_and_stops_the_server_it_started(project: Project) -> None:
    ok(project.run("up"))
    ok(project.run("psql", "-c", "insert into public.thing values (5)"))
    ok(project.run("down"))
    bad = project.write(
        "migrations/versions/0003_bad.py",
        "from alembic import op\nrevision = '0003'\ndown_revision = '0002'\n\n\n"
        "def upgrade():\n    op.execute('select 1/0')\n",
    )
    answer = project.run("up")
    assert (answer.returncode, project.processes()) == (3, [])
    assert "division by zero" in answer.stderr
    bad.unlink()
    ok(project.run("up"))
    assert rows(project, "select id from public.thing") == [(5,)]


@pytest.mark.slow
def test_two_ups_at_once_end_with_one_server(project: Project) -> None:
    with ThreadPoolExecutor(3) as pool:
        outputs = [ok(answer) for answer in pool.map(lambda _: project.run("up"), range(3))]
    applied = sorted(re.findall(r"revisions applied: (\w+)", "".join(outputs)))
    assert applied == ["2", "none", "none"]
    assert rows(project, "select count(*)::int from public.thing") == [(0,)]


@pytest.mark.slow
def test_a_half_made_directory_is_made_again(project: Project) -> None:
    ok(project.run("up"))
    ok(project.run("down"))
    file = project.data / "rempart.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"state": "installing"}))
    (project.data / "data" / "PG_VERSION").unlink()
    refused(project.run("url"), 3, "no server runs")
    answer = project.run("up")
    assert "did not finish: it is made again" in answer.stderr
    assert "revisions applied: 2" in ok(answer)


@pytest.mark.slow
def test_a_complete_directory_without_its_data_is_not_touched(project: Project) -> None:
    ok(project.run("up"))
    ok(project.run("down"))
    (project.data / "data" / "PG_VERSION").rename(project.data / "PG_VERSION.away")
    refused(project.run("up"), 3, "was complete once")
    (project.data / "PG_VERSION.away").rename(project.data / "data" / "PG_VERSION")
    ok(project.run("up"))


@pytest.mark.parametrize(
    ("marker", "code", "message"),
    [
        ("{", 3, "is damaged"),
        ('{"format": 1}', 3, "is damaged"),
        ('{"format": 99, "rempart": "9.0"}', 2, "was made by rempart 9.0"),
    ],
)
def test_a_marker_that_cannot_be_understood(project: Project, marker: str, code: int, message: str) -> None:
    project.data.mkdir(parents=True)
    (project.data / "rempart.json").write_text(marker)
    for command in ("up", "down", "url", "psql"):
        refused(project.run(command), code, message)
    assert [entry.name for entry in project.data.iterdir()] == ["rempart.json"]


def test_a_folder_of_somebody_else_is_never_touched(project: Project) -> None:
    folder = project.base / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    before = folder.stat()
    for command in ("up", "down", "url"):
        refused(project.run(command, "--data-dir", str(folder)), 2, "is not empty and was not made by rempart")
    refused(project.run("up", "--data-dir", str(folder / "letter.txt")), 2, "is a file, not a folder")
    refused(
        project.run("up", "--data-dir", str(folder / "letter.txt" / "x")),
        2,
        "a part of the path .* is a file",
    )
    assert [entry.name for entry in folder.iterdir()] == ["letter.txt"]
    assert (folder.stat().st_uid, folder.stat().st_mode) == (before.st_uid, before.st_mode)


@pytest.mark.slow
def test_the_data_directory_of_another_server(project: Project) -> None:
    ok(project.run("up"))
    inner = str(project.data / "data")
    refused(project.run("up", "--data-dir", inner), 3, r"is in use by a Postgres server \(process \d+\)")
    ok(project.run("down"))
    refused(project.run("up", "--data-dir", inner), 2, "is a Postgres data directory not made by rempart")


def test_a_folder_out_of_reach(project: Project) -> None:
    closed = project.base / "closed"
    closed.mkdir(mode=0o700 if AS_ROOT else 0o000)
    folder = closed / "data"
    message = f"cannot enter {closed}" if AS_ROOT else "permission denied"
    refused(project.run("up", "--data-dir", str(folder)), 3, message)
    closed.chmod(0o755)
    assert list(closed.iterdir()) == []


@pytest.mark.skipif(not AS_ROOT, reason="only root can mount")
@pytest.mark.parametrize(
    ("options", "message"), [("size=12m", "the disk is full|no space left"), ("ro", "read-only file system")]
)
def test_a_full_or_read_only_disk(project: Project, options: str, message: str) -> None:
    disk = project.base / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("this root may not mount")
    try:
        refused(project.run("up", "--data-dir", str(disk / "data")), 3, message)
        assert list(disk.iterdir()) == []
        assert (project.processes(), project.leftovers()) == ([], [])
        if options == "ro":
            refused(project.run("up", REMPART_STATE_DIR=str(disk / "a" / "b")), 3, f"noted: .*{message}")
    finally:
        subprocess.run(["umount", disk], check=True)


def test_no_place_to_note_servers(project: Project) -> None:
    answer = project.run("up", REMPART_STATE_DIR=str(project.write("file", "") / "x"))
    refused(answer, 3, "running servers cannot be noted")
    assert not project.data.exists()


def test_errors_of_use(project: Project, tmp_path: Path) -> None:
    refused(project.run("up", "--postgres", "9"), 2, "no embedded Postgres 9")
    assert not project.data.exists()
    assert project.run("up", "--nonsense").returncode == 2
    assert project.run("nonsense").returncode == 2
    project.write("pyproject.toml", "[tool.rempart]\nnonsense = 1\n")
    refused(project.run("up"), 2, "unknown key: nonsense")
    (project.root / "pyproject.toml").unlink()
    refused(project.run("up"), 2, "no pyproject.toml with a table")


@pytest.mark.slow
def test_an_unexpected_error_is_short_unless_asked_for(project: Project) -> None:
    project.write("migrations/env.py", "raise ZeroDivisionError('surprise')\n")
    answer = project.run("up")
    assert (answer.returncode, "Traceback" in answer.stderr) == (3, False)
    assert "unexpected ZeroDivisionError: surprise" in answer.stderr
    assert "Traceback" in project.run("up", REMPART_DEBUG="1").stderr
    assert not project.data.exists()


def test_version_and_help(project: Project) -> None:
    assert not re.search(r"[^\]]\.\.\.$", ok(project.run("--help")), re.M), "a summary is cut off"
    assert " [SOURCE]\n" in ok(project.run("diff", "--help"))
    assert re.fullmatch(r"rempart \d+\.\d+\.\d+\S*\n", ok(project.run("--version")))
    assert all(name in ok(project.run("--help")) for name in ("up", "down", "url", "psql"))


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(project: Project) -> None:
    ok(project.run("up"))
    reader, writer = os.pipe()
    os.close(reader)
    answer = subprocess.run(
        [REMPART, "url"], cwd=project.root, env=project.environment, stdout=writer, stderr=subprocess.PIPE
    )
    os.close(writer)
    assert (answer.returncode, answer.stderr) == (141, b"")
