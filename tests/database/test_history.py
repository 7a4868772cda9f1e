"""The project's own history: every revision can be applied, undone and applied again, online and as a script.

Generated from the history: a revision added tomorrow is tested without a line here. The revisions run from a
copy of migrations/ and alembic.ini alone, so none of them can read schema/ or policies/.
"""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import judge
import psycopg
import pytest
import run_psql
from psycopg import sql
from small_project import ROOT, Project, another

from rempart.config import Config
from rempart.errors import OperationError
from rempart.revisions import runner
from rempart.sources import declared

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

HISTORY = runner.history(Config.find(ROOT))
# A revision's own record of what it closed goes with the revision; no row of a user is in it.
BOOKKEEPING = {"rempart.alembic_version", "rempart.closed_privileges"}


@pytest.fixture
def project(tmp_path: Path, config: Config) -> Project:
    made = Project.create(tmp_path / "project", config)
    shutil.copytree(
        ROOT / "migrations" / "versions",
        made.folder / "migrations" / "versions",
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return made


@pytest.fixture
def another_platform_database(platform_database: Any, platform_template: str) -> Iterator[Any]:
    with another(platform_database, platform_template) as made:
        yield made


def assert_same(first: Counter[str], second: Counter[str], what: str) -> None:
    difference = judge.difference(first, second)
    assert not difference, f"{what}:\n{difference}"


def dump_at_base(database: Any) -> Counter[str]:
    """The dump before the first revision, but with Alembic's own schema: no downgrade takes that away."""
    with database.connect(database.owner) as connection:
        connection.execute("create schema rempart")
    return judge.schema_dump(database.server, database.name)


def contents(database: Any) -> dict[str, tuple[int, frozenset[str]]]:
    """Rows and columns of every table, read past row security."""
    found = {}
    with database.connect() as connection:
        query = """
            select n.nspname, c.relname, array(select attname from pg_attribute
                where attrelid = c.oid and attnum > 0 and not attisdropped)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'auth')
        """
        for schema, table, columns in connection.execute(query).fetchall():
            count = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
            row = connection.execute(count).fetchone()
            found[f"{schema}.{table}"] = (row[0], frozenset(columns))
    return found


def test_the_copy_has_neither_schema_nor_policies(project: Project) -> None:
    assert sorted(path.name for path in project.folder.iterdir()) == ["alembic.ini", "migrations"]
    assert HISTORY and runner.history(project.config) == HISTORY


def test_every_revision_can_be_undone_and_redone(project: Project, server: Any, platform_database: Any) -> None:
    url = platform_database.owner_url
    before = dump_at_base(platform_database)
    for revision in HISTORY:
        assert runner.upgrade(url, revision, project.config) == [revision]
        after = judge.schema_dump(server, platform_database.name)
        assert runner.downgrade(url, "-1", project.config) == [revision]
        restored = judge.schema_dump(server, platform_database.name)
        assert_same(before, restored, f"the downgrade of {revision} does not restore what was there")
        assert runner.upgrade(url, revision, project.config) == [revision]
        again = judge.schema_dump(server, platform_database.name)
        assert_same(after, again, f"the second upgrade to {revision} differs from the first")
        before = after


def test_the_whole_history_can_be_undone(project: Project, server: Any, platform_database: Any) -> None:
    url = platform_database.owner_url
    base = dump_at_base(platform_database)
    runner.upgrade(url, "head", project.config)
    head = judge.schema_dump(server, platform_database.name)
    assert runner.downgrade(url, "base", project.config) == HISTORY[::-1]
    assert_same(base, judge.schema_dump(server, platform_database.name), "base after a downgrade from head")
    runner.upgrade(url, "head", project.config)
    assert_same(head, judge.schema_dump(server, platform_database.name), "head after a downgrade to base")


def test_the_scripts_do_what_the_online_commands_do(
    project: Project, server: Any, platform_database: Any, another_platform_database: Any
) -> None:
    online, offline = platform_database, another_platform_database
    base = dump_at_base(online)
    runner.upgrade(online.owner_url, "head", project.config)
    script = project.alembic("upgrade", "head", "--sql")
    assert script.returncode == 0, script.stderr
    # As a superuser, who has to become the owner: the dump compares owners too.
    told = run_psql.run(server, offline.url(), script.stdout)
    assert told.returncode == 0, told.stderr
    assert_same(
        judge.schema_dump(server, online.name),
        judge.schema_dump(server, offline.name),
        "upgrade online and by script",
    )
    assert runner.current(offline.owner_url, project.config) == HISTORY[-1]
    told = run_psql.run(server, offline.owner_url, runner.render(f"{HISTORY[-1]}:base", project.config, down=True))
    assert told.returncode == 0, told.stderr
    assert_same(base, judge.schema_dump(server, offline.name), "downgrade by script")
    assert runner.current(offline.owner_url, project.config) is None


def test_the_declared_state_is_what_the_history_leads_to(
    project: Project, server: Any, platform_database: Any, another_platform_database: Any, config: Config
) -> None:
    runner.upgrade(platform_database.owner_url, "head", project.config)
    with another_platform_database.connect(config.owner) as connection:
        declared.load(connection, config)
    assert_same(
        judge.schema_dump(server, platform_database.name),
        judge.schema_dump(server, another_platform_database.name),
        "revisions and declared state",
    )


def test_with_rows_a_downgrade_loses_none_without_permission(
    project: Project, server: Any, sample_database: Any, platform_database: Any
) -> None:
    dumps = {None: dump_at_base(platform_database)}
    for revision in HISTORY:
        runner.upgrade(platform_database.owner_url, revision, project.config)
        dumps[revision] = judge.schema_dump(server, platform_database.name)
    url = sample_database.owner_url
    refused = []
    for revision, previous in itertools.pairwise([*HISTORY[::-1], None]):
        before = contents(sample_database)
        try:
            runner.downgrade(url, "-1", project.config)
        except OperationError as error:
            assert "would lose the rows of" in error.message
            assert "allow-data-loss" in error.next_step
            assert contents(sample_database) == before
            assert_same(dumps[revision], judge.schema_dump(server, sample_database.name), f"{revision} was refused")
            refused.append(revision)
            runner.downgrade(url, "-1", project.config, allow_data_loss=True)
        else:
            after = contents(sample_database)
            for table, (count, columns) in before.items():
                if count and table not in BOOKKEEPING:
                    assert table in after, f"{revision} lost {count} rows of {table} and said nothing"
                    assert after[table][0] >= count, f"{revision} lost rows of {table} and said nothing"
                    assert columns <= after[table][1], f"{revision} lost columns of {table} and said nothing"
        assert_same(dumps[previous], judge.schema_dump(server, sample_database.name), f"downgrade of {revision}, rows")
    assert refused, "the sample has rows, so some downgrade must have been refused"
    runner.upgrade(url, "head", project.config)
    assert_same(dumps[HISTORY[-1]], judge.schema_dump(server, sample_database.name), "head, after all that")


def test_the_upgrade_of_a_superuser_belongs_to_the_owner(project: Project, platform_database: Any) -> None:
    runner.upgrade(platform_database.url(), "head", project.config)
    with psycopg.connect(platform_database.url()) as connection:
        query = "select count(*) from pg_class where relowner = 10 and relnamespace = any(%s::regnamespace[])"
        assert connection.execute(query, [["public", "app", "rempart"]]).fetchone() == (0,)
