"""At every single revision, up and down, anon and a user without a profile see nothing and may do nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from anon import anon_findings, attempt_findings
from planting import VERSION_TABLE, plant_everywhere, tables
from servers import Database
from world import copied

from rempart.config import Config
from rempart.postgres.server import Server
from rempart.revisions import runner

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

WHO = ("anon", "user without a profile")


@pytest.fixture
def database(server: Server, platform_template: str, config: Config) -> Iterator[Database]:
    with copied(server, platform_template, config.owner) as own:
        yield own


def test_anon_sees_nothing_at_any_revision_up_and_down(database: Database, config: Config) -> None:
    revisions = runner.history(config)
    path = [*revisions, *reversed(revisions[:-1])]
    for step, revision in enumerate(path):
        way = "up" if step < len(revisions) else "down"
        if way == "up":
            assert runner.upgrade(database.owner_url, revision, config) == [revision]
        else:
            runner.downgrade(database.owner_url, revision, config, allow_data_loss=True)
        _plant(database)
        found = anon_findings(database, config.exposed_schemas, WHO)
        assert not found, f"{revision} on the way {way}:\n" + "\n".join(found)

    runner.downgrade(database.owner_url, "base", config, allow_data_loss=True)
    # The platform's defaults stand open again, as it left them; what there is must be closed all the same.
    with database.connect(database.owner) as owner:
        assert set(tables(owner)) == {"auth.users", VERSION_TABLE}
        owner.execute("insert into rempart.alembic_version values ('planted')")
    found = attempt_findings(database, WHO)
    assert not found, "base:\n" + "\n".join(found)


def test_a_revision_that_opens_something_is_found(database: Database, config: Config) -> None:
    """What a revision could forget: the grants of its own table, while the defaults are closed by the first."""
    first, *_ = runner.history(config)
    runner.upgrade(database.owner_url, first, config)
    with database.connect(database.owner) as owner:
        owner.execute("create table public.hole (id int); grant all on public.hole to authenticated")
    _plant(database)
    found = anon_findings(database, config.exposed_schemas, WHO)
    assert "table public.hole: row security is off" in found
    assert "user without a profile: delete from public.hole: 1 row(s)" in found
    assert "user without a profile: insert into public.hole: 1 row(s)" in found


def _plant(database: Database) -> None:
    """As the owner, a row in every table; the version table has its own."""
    with database.connect(database.owner) as owner:
        plant_everywhere(owner, leave=[VERSION_TABLE])
        for table in tables(owner):
            assert owner.execute(f"select from {table} limit 1").rowcount == 1, f"{table} is empty"
