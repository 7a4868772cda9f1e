"""Evidence against a real ledger: whatever a superuser does to the ledger behind its guards is found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from evidence_documents import document
from servers import Database

from rempart.config import Config
from rempart.deploy.record import evidence, ledger
from rempart.deploy.record.verification import read_record, verify

pytestmark = pytest.mark.costly

Connection = psycopg.Connection[Any]


@pytest.fixture
def project(tmp_path: Path) -> Config:
    """A project whose evidence is empty."""
    table = {"database": "depot", "owner": "depot_owner", "environments": {"staging": {"url_env": "STAGING_URL"}}}
    return Config.from_table(table, tmp_path / "pyproject.toml")


@pytest.fixture
def owner(platform_database: Database, project: Config) -> Iterator[Connection]:
    """The owner's session on a database with three deployments, whose evidence is kept."""
    with platform_database.connect(platform_database.owner) as connection:
        deploy(connection, project, 3)
        yield connection


def deploy(connection: Connection, project: Config, times: int, **changed: Any) -> None:
    """Record deployments, as `apply` does."""
    ledger.ensure(connection)
    marker = ledger.mark(connection, "staging")
    for number in range(1, times + 1):
        made = document(number, marker.database, **changed)
        ledger.append(connection, "started", made["id"], {"to": made["to"]})
        entry = ledger.append(connection, "finished", made["id"], evidence.recorded(made))
        evidence.write(project, made, entry)


def said(connection: Connection, project: Config) -> str:
    """Every problem, a line each."""
    found = verify(project, "staging", read_record(connection))
    return "\n".join(f"{one.subject}: {one.reason}" for one in found.problems)


def behind_the_guards(database: Database, statement: str) -> None:
    """Change the record as a superuser who puts everything back."""
    with database.connect() as superuser:
        for table in ("deployment_ledger", "environment_marker"):
            superuser.execute(f"alter table rempart.{table} disable trigger user".encode())
        superuser.execute(statement.encode())
        for table in ("deployment_ledger", "environment_marker"):
            for trigger in ("refuse_rows", "refuse_statements"):
                superuser.execute(f"alter table rempart.{table} enable always trigger {trigger}".encode())


def rewrite(connection: Connection) -> None:
    """Make the whole chain anew, so that every digest is right, with another actor."""
    old = ledger.entries(connection)
    connection.execute("alter table rempart.deployment_ledger disable trigger user")
    connection.execute("delete from rempart.deployment_ledger")
    connection.execute("alter table rempart.deployment_ledger enable always trigger refuse_rows")
    connection.execute("alter table rempart.deployment_ledger enable always trigger refuse_statements")
    for entry in old:
        content = dict(entry.content)
        if "document" in content:
            content = evidence.recorded({**content["document"], "actor": "Nobody"})
        ledger.append(connection, entry.kind, entry.deployment, content)


def test_a_record_that_nobody_touched_is_fine(owner: Connection, project: Config) -> None:
    assert said(owner, project) == ""
    assert evidence.repair(project, "staging", ledger.entries(owner)) == []
    found = verify(project, "staging", read_record(owner))
    assert (found.deployments, found.entries) == (3, 6)


def test_the_ledger_alone_brings_the_folder_back(owner: Connection, project: Config) -> None:
    place = project.deployment.evidence / "staging"
    before = {file.name: file.read_bytes() for file in place.iterdir()}
    for file in place.iterdir():
        file.unlink()
    assert "it is missing, and entry 2" in said(owner, project)
    evidence.repair(project, "staging", ledger.entries(owner))
    assert {file.name: file.read_bytes() for file in place.iterdir()} == before
    assert said(owner, project) == ""


TAMPERINGS = {
    "update rempart.deployment_ledger set content = replace(content, 'Alice', 'Mallory') where number = 4":
        "entry 4 of the ledger .finished. was edited",
    "delete from rempart.deployment_ledger where number = 3": "entry 3 of the ledger is missing",
    "delete from rempart.deployment_ledger where number = 6": "ends at entry 5, .* knows entry 6: its end was deleted",
    "delete from rempart.deployment_ledger where number in (5, 6)": "ends at entry 4, .* knows entry 6",
    "delete from rempart.deployment_ledger": "it is empty, and the index knows entry 2",
    "delete from rempart.deployment_ledger where number = 3;"
    " update rempart.deployment_ledger set number = number - 1 where number = 4;"
    " update rempart.deployment_ledger set number = number - 1 where number = 5;"
    " update rempart.deployment_ledger set number = number - 1 where number = 6":
        "entry 3 of the ledger .* was edited",
    "update rempart.environment_marker set environment = 'production'": "its marker says it is production",
    "update rempart.environment_marker set database = gen_random_uuid()": "its first entry is not of this database",
    "delete from rempart.environment_marker": "its marker is gone",
}  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_a_superuser_does_behind_the_guards_is_found(
    platform_database: Database, owner: Connection, project: Config, tampering: str
) -> None:
    assert said(owner, project) == ""
    behind_the_guards(platform_database, tampering)
    assert ledger.guard_problems(owner) == []
    assert re.search(TAMPERINGS[tampering], said(owner, project)), said(owner, project)


def test_a_guard_that_is_off_is_found_before_anything_is_changed(
    platform_database: Database, owner: Connection, project: Config
) -> None:
    with platform_database.connect() as superuser:
        superuser.execute("alter table rempart.deployment_ledger disable trigger refuse_rows")
        superuser.execute("drop trigger refuse_statements on rempart.environment_marker")
    found = said(owner, project)
    assert "the trigger refuse_rows on rempart.deployment_ledger is disabled" in found
    assert "the trigger refuse_statements on rempart.environment_marker is missing" in found


def test_a_chain_that_was_rewritten_as_a_whole_is_found_by_its_anchor(owner: Connection, project: Config) -> None:
    rewrite(owner)
    assert ledger.problems(ledger.entries(owner)) == []
    assert ledger.guard_problems(owner) == []
    found = said(owner, project)
    assert "entry 2 is not the one that the index knows" in found
    assert "it does not say what entry 2 of the ledger says" in found


def test_repair_does_not_hide_a_rewritten_chain(owner: Connection, project: Config) -> None:
    rewrite(owner)
    evidence.repair(project, "staging", ledger.entries(owner))
    assert "entry 6 is not the one that the index knows" in said(owner, project)


def test_a_ledger_that_was_dropped_is_missed(platform_database: Database, owner: Connection, project: Config) -> None:
    owner.execute("drop table rempart.deployment_ledger, rempart.environment_marker")
    assert "it has no ledger, and the index knows entries of one" in said(owner, project)
    ledger.ensure(owner)
    ledger.mark(owner, "staging")
    found = said(owner, project)
    assert "it is empty, and the index knows entry 2" in found
    assert "it is evidence of another database" in found


def copy_of(other: Path) -> Callable[[Path], None]:
    def run(place: Path) -> None:
        for file in other.iterdir():
            if file.name != "index":
                (place / file.name).write_bytes(file.read_bytes())
        with (place / "index").open("a") as index:
            index.write((other / "index").read_text())

    return run


def test_evidence_of_another_database_is_found(
    depot_database: Database, owner: Connection, project: Config, tmp_path: Path
) -> None:
    other = Config.from_table(
        {"database": "d", "owner": "o", "deployment": {"evidence": "other"}}, tmp_path / "pyproject.toml"
    )
    with depot_database.connect(depot_database.owner) as connection:
        deploy(connection, other, 1, id="20261122T161501Z-apply-aaaaaa")
    copy_of(tmp_path / "other" / "staging")(tmp_path / "evidence" / "staging")
    found = said(owner, project)
    assert "20261122T161501Z-apply-aaaaaa.json: it is evidence of another database" in found
    assert "entry 2 is not the one that the index knows" in found


def test_the_record_is_read_as_of_one_moment_and_not_written(owner: Connection) -> None:
    with owner.transaction(), pytest.raises(psycopg.errors.ActiveSqlTransaction):
        read_record(owner)  # a snapshot that was taken before cannot become that one
