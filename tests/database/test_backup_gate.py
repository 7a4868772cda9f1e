"""The gate that asks for a backup: what it accepts, what it refuses, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from backup_fixtures import URL, Place, dump, marked
from servers import Database

from rempart.deploy.backups import restoring
from rempart.deploy.backups.register import Backup, Origin, digest, register, registered
from rempart.deploy.backups.registering import register_existing
from rempart.deploy.backups.taking import take
from rempart.deploy.record import ledger
from rempart.errors import GateFailure, UsageError
from rempart.postgres.server import Server

pytest_plugins = ["backup_fixtures"]


MARKER = ledger.Marker("staging", "5b1f")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def known(place: Place) -> Backup:
    """A registered backup, taken an hour before NOW."""
    place.folder.mkdir(parents=True)
    file = place.folder / "one.dump"
    file.write_bytes(b"PGDMP and so on")
    size, sha256 = digest(file)
    made = Backup(
        environment="staging",
        database=Origin("depot", MARKER.database, "77", "depot_owner"),
        path=file,
        size=size,
        sha256=sha256,
        format="custom",
        taken_at=NOW - timedelta(hours=1),
        clock="server",
        seconds={"dump": 0.1},
        server="Postgres 18",
        restored_on=18,
        revision="0013",
        rows={"public.t": 1},
        catalog="c0",
        validated=True,
    )
    register(place.config, made)
    return made


def test_the_gate_accepts_the_newest_backup_that_serves(place: Place, known: Backup) -> None:
    check = place.gate(MARKER, NOW)
    assert (check.name, check.ok, check.details) == ("backup", True, ())
    assert check.said == "backups/staging/one.dump, taken 2026-11-22 11:00 UTC, 60 min ago"
    # Clocks differ a little.
    assert place.gate(MARKER, known.taken_at - timedelta(minutes=4)).ok


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another database": ({"database": Origin("depot", "other", "77", "o")}, "of another database (other, not 5b1f)"),
    "before the marker": ({"database": Origin("depot", None, "77", "o")}, "before the database was marked"),
    "old": ({"taken_at": NOW - timedelta(hours=25)}, "too old: taken 25 h ago, and 24 h are allowed"),
    "future": ({"taken_at": NOW + timedelta(minutes=6)}, "it is from the future"),
    "not validated": ({"validated": False}, "it was not validated"),
    "partial": ({"partial": ("public.a", "public.b")}, "it does not hold the rows of public.a, public.b"),
    "environment": ({"environment": "production"}, "it is of production"),
    "size": ({"size": 3}, "it has 15 bytes, and 3 were registered"),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_the_gate_refuses_a_backup_and_says_why(place: Place, known: Backup, reason: str) -> None:
    changes, complaint = REFUSED[reason]
    record = place.config.deployment.evidence / "staging" / "backups" / f"{known.sha256[:16]}.json"
    assert place.gate(MARKER, NOW).ok
    register(place.config, replace(known, **{**changes, "environment": "staging"}))
    if "environment" in changes:
        record.write_text(record.read_text().replace('"environment": "staging"', '"environment": "production"'))
    check = place.gate(MARKER, NOW)
    assert not check.ok and check.said.endswith("rempart backup --env staging")
    assert len(check.details) == 1 and complaint in check.details[0]


def test_the_gate_refuses_a_file_that_is_gone_swapped_or_a_record_that_was_edited(place: Place, known: Backup) -> None:
    record = place.config.deployment.evidence / "staging" / "backups" / f"{known.sha256[:16]}.json"
    text = record.read_text()
    swapped = known.path.read_bytes()
    known.path.write_bytes(swapped[:-1] + b"x")
    assert "its SHA-256 is not the one that was registered" in place.gate(MARKER, NOW).details[0]
    with pytest.raises(GateFailure, match="SHA-256"), restoring.restored(place.config, known):
        pass
    known.path.unlink()
    assert "the file is not there any more" in place.gate(MARKER, NOW).details[0]
    known.path.write_bytes(swapped)
    record.write_text(text.replace(known.sha256, "0" * 64))
    assert "the record was edited" in place.gate(MARKER, NOW).details[0]
    for broken in ("{", "[]", "{}", '{"version": 2}', text.replace('"rows"', '"lines"')):
        record.write_text(broken)
        check = place.gate(MARKER, NOW)
        assert not check.ok and "the record cannot be used" in check.details[0]
        assert registered(place.config, "staging") == []
    record.unlink()
    assert place.gate(MARKER, NOW).details == ("no backup of staging is registered",)


@pytest.mark.one_backend
def test_a_database_without_marker_is_known_by_its_name_and_server(
    server: Server, odd: Database, place: Place, known: Backup
) -> None:
    with odd.connect() as connection:
        (system,) = connection.execute("select system_identifier::text from pg_control_system()").fetchone() or ("",)

    def said(**changes: Any) -> str:
        register(place.config, replace(known, database=replace(known.database, **changes)))
        check = place.gate(None, NOW)
        return "" if check.ok else str(check.details[0])

    assert said(id=None, system=system) == ""
    assert "a database of that name on another server" in said(id=None, system="77")
    assert "nothing tells which server it is of" in said(id=None, system=None)
    assert "it is of the database shop, not depot" in said(id=None, system=system, name="shop")
    assert "this one is not marked yet" in said(system=system)


@pytest.mark.one_backend
def test_a_database_that_says_it_is_another_environment_is_not_backed_up(
    depot_database: Database, place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(URL, depot_database.owner_url)
    marked(depot_database, "production")
    with pytest.raises(UsageError, match="says it is production"):
        take(place.config, "staging")
    file = dump(depot_database, tmp_path / "x.dump", "--format=custom")
    with pytest.raises(UsageError, match="is of production, as its marker says"):
        register_existing(place.config, "staging", file)
    assert place.files() == []
