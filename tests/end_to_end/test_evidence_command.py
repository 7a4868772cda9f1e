"""`rempart evidence list`, `show` and `verify`, as a user types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from evidence_documents import document
from mini_project import FILES, Project, mini_project

from rempart.config import Config
from rempart.deploy.record import evidence, ledger
from rempart.postgres import databases
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server, connect

SECRET = "s3cr3t-Zz"
SETTINGS = (
    FILES["pyproject.toml"]
    + '[tool.rempart.environments.staging]\nurl_env = "STAGING_URL"\n'
    + '[tool.rempart.environments.production]\nurl_env = "PRODUCTION_URL"\n'
)


@pytest.fixture(scope="module")
def database() -> Iterator[tuple[Server, str]]:
    """A server with a database of an owner who is no superuser."""
    with temporary_server() as server:
        with connect(server.url()) as connection:
            connection.execute("create role depot_owner login")
        databases.create(server, "depot", owner="depot_owner")
        yield server, server.url("depot", "depot_owner")


@pytest.fixture(scope="module")
def project(database: tuple[Server, str]) -> Iterator[Project]:
    """A project with two deployments to staging, and a dry run."""
    with mini_project() as made:
        made.write("pyproject.toml", SETTINGS)
        config = Config.find(made.root)
        with connect(database[1]) as connection:
            ledger.ensure(connection)
            marker = ledger.mark(connection, "staging")
            for number in (1, 2):
                one = document(number, marker.database, error=f"x postgresql://u:{SECRET}@h/d")
                ledger.append(connection, "started", one["id"], {})
                evidence.write(config, one, ledger.append(connection, "finished", one["id"], evidence.recorded(one)))
        dry = document(3, None, id="20261122T151503Z-dry-run-aaaaaa", operation="dry-run", outcome="refused")
        evidence.write(config, dry, None)
        yield made


def page(project: Project, name: str) -> Path:
    return project.root / "evidence" / "staging" / name


def test_list_names_them_in_order(project: Project) -> None:
    ran = project.run("evidence", "list")
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0].split()[:3] == ["deployment", "environment", "from"]
    starts = [line.index("Alice Martin") for line in lines[1:]]
    assert starts == [lines[0].index("run by")] * 3, "in line, and at the end"
    assert [line.split()[0] for line in lines[1:]] == [
        "20261122T151501Z-apply-3f2a9c", "20261122T151502Z-apply-3f2a9c", "20261122T151503Z-dry-run-aaaaaa",
    ]  # fmt: skip
    data = json.loads(project.run("evidence", "list", "--env", "staging", "--format", "json").stdout)
    assert data["version"] == 1
    assert [one["ledger"] for one in data["deployments"]] == [2, 4, None]
    assert project.run("evidence", "list", "--env", "production").stdout == "no deployment\n"
    assert project.run("evidence", "list", "--env", "nowhere").returncode == 2


def test_show_prints_a_log_entry(project: Project) -> None:
    ran = project.run("evidence", "show", "20261122T151502", "--format", "markdown")
    assert ran.stdout == page(project, "20261122T151502Z-apply-3f2a9c.md").read_text()
    text = project.run("evidence", "show", "20261122T151502").stdout
    assert "Deployment to staging: 0001 → 0002, succeeded" in text
    assert "Alice Martin <alice@example.com>" in text
    assert json.loads(project.run("evidence", "show", "latest", "--format", "json").stdout)["operation"] == "dry-run"
    ran = project.run("evidence", "show", "nothing")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "there is no deployment nothing" in ran.stderr


def test_verify_says_that_all_is_well(project: Project, database: tuple[Server, str]) -> None:
    ran = project.run("evidence", "verify", "--env", "staging", STAGING_URL=database[1])
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "staging: 3 deployments, ledger of 4 entries: as it was written\n"
    ran = project.run("evidence", "verify", "--offline")
    assert ran.returncode == 0
    assert "staging: 3 deployments, ledger not asked: as it was written" in ran.stdout


def test_verify_finds_an_edit_and_says_where(project: Project, database: tuple[Server, str]) -> None:
    file = page(project, "20261122T151501Z-apply-3f2a9c.md")
    before = file.read_text()
    file.write_text(before.replace("OVERRIDDEN", "passed"))
    try:
        for arguments in (["--env", "staging"], ["--offline"]):
            ran = project.run("evidence", "verify", *arguments, STAGING_URL=database[1])
            assert ran.returncode == 1
            assert f"{file.name}: it does not say" in ran.stdout
        ran = project.run("evidence", "verify", "--offline", "--env", "staging", "--format", "json")
        (found,) = json.loads(ran.stdout)["environments"]
        assert [one["subject"] for one in found["problems"]] == [file.name]
        assert found["entries"] is None
    finally:
        file.write_text(before)


def test_verify_finds_a_deleted_end_of_the_ledger(project: Project, database: tuple[Server, str]) -> None:
    with connect(database[0].url("depot")) as superuser:
        superuser.execute("create table public.kept as select * from rempart.deployment_ledger where number = 4")
        superuser.execute("set session_replication_role = replica")
        superuser.execute("alter table rempart.deployment_ledger disable trigger user")
        superuser.execute("delete from rempart.deployment_ledger where number = 4")
        try:
            ran = project.run("evidence", "verify", "--env", "staging", STAGING_URL=database[1])
        finally:
            superuser.execute("insert into rempart.deployment_ledger select * from public.kept")
            superuser.execute("alter table rempart.deployment_ledger enable always trigger refuse_rows")
            superuser.execute("alter table rempart.deployment_ledger enable always trigger refuse_statements")
    assert ran.returncode == 1
    assert "the ledger: it ends at entry 3, and the index knows entry 4: its end was deleted" in ran.stdout
    assert "the database: the trigger refuse_rows on rempart.deployment_ledger is disabled" in ran.stdout
    assert project.run("evidence", "verify", "--env", "staging", STAGING_URL=database[1]).returncode == 0


def test_verify_needs_the_database_or_offline(project: Project) -> None:
    ran = project.run("evidence", "verify", "--env", "staging")
    assert ran.returncode == 2
    assert "STAGING_URL" in ran.stderr
    assert "--offline" in ran.stderr
    url = f"postgresql://u:{SECRET}@127.0.0.1:1/depot"
    ran = project.run("evidence", "verify", "--env", "staging", STAGING_URL=url)
    assert ran.returncode == 3
    assert "cannot connect" in ran.stderr
    assert SECRET not in ran.stdout + ran.stderr


def test_the_wrong_environment_is_refused(project: Project, database: tuple[Server, str]) -> None:
    ran = project.run("evidence", "verify", "--env", "production", PRODUCTION_URL=database[1])
    assert ran.returncode == 1
    assert "its marker says it is staging, not production" in ran.stdout


def test_no_password_is_in_any_output_or_file(project: Project, database: tuple[Server, str]) -> None:
    commands = (["list"], ["show", "20261122T151502"], ["show", "20261122T151502", "--format", "json"], ["verify"])
    outputs = [project.run("evidence", *words, STAGING_URL=database[1]) for words in commands]
    texts = [one.stdout + one.stderr for one in outputs]
    texts += [file.read_text() for file in (project.root / "evidence").rglob("*") if file.is_file()]
    with connect(database[1]) as connection:
        texts.append(str(connection.execute("select content from rempart.deployment_ledger").fetchall()))
    assert not [one for one in texts if SECRET in one]
    assert any("u:***@h" in one for one in texts)
