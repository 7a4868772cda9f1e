"""The SQL of a revision arrives as it was written, online and in a script; rows are not lost by accident."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import alembic.command
import judge
import pytest
import run_psql
from alembic.config import Config as AlembicConfig
from small_project import Project, another
from sqlalchemy import create_engine

from rempart.config import Config
from rempart.errors import OperationError, UsageError
from rempart.revisions import runner

pytestmark = pytest.mark.one_backend

# In the file of the revision it stands in a raw string, so every character below reaches execute().
NASTY = r"""
create table public.nasty (	-- a tab before this
    id int generated always as identity,
    said text default ':name %s %% \d'
);
insert into public.nasty (said)
values (':name'), ('%s %(x)s %% 100%'), ('tab	here'), (E'back\\slash\n'), ('été – 石油 🛢');
comment on table public.nasty is 'a ; semicolon, -- no comment, /* neither */, $$ and :''quote''';
create function public.nasty(n int) returns text language plpgsql as $body$
begin
	-- :name %s %% \copy ; $$
    return format('%s:%% %I', n, 'é') || (array[1, 2, 3])[1:2]::text;
end
$body$;
select 1 where 10 % 3 = 1 -- the last comment; é
"""


@pytest.fixture
def another_platform_database(platform_database: Any, platform_template: str) -> Iterator[Any]:
    with another(platform_database, platform_template) as made:
        yield made


@pytest.fixture
def project(tmp_path: Path, config: Config) -> Project:
    return Project.create(tmp_path / "project", config)


def rows(database: Any, query: str) -> list[Any]:
    with database.connect() as connection:
        return connection.execute(query).fetchall()


def exists(database: Any, table: str) -> bool:
    return bool(rows(database, f"select to_regclass('{table}') is not null")[0][0])


def with_table(project: Project) -> None:
    project.revision(
        "0001",
        'execute("create table public.t (id int)")',
        'refuse_data_loss("public.t")\nexecute("drop table public.t")',
    )


def test_a_script_does_what_the_online_upgrade_does(
    project: Project, server: Any, platform_database: Any, another_platform_database: Any
) -> None:
    project.revision("0001", 'execute(SQL)\nexecute("select 2;")', sql=NASTY)
    online, offline = platform_database, another_platform_database
    assert project.alembic("upgrade", "head", url=online.owner_url).returncode == 0
    script = project.alembic("upgrade", "head", "--sql")
    assert script.returncode == 0, script.stderr
    assert NASTY.strip("\n") in script.stdout
    told = run_psql.run(server, offline.owner_url, script.stdout)
    assert told.returncode == 0, told.stderr
    for query in (
        "select said from public.nasty order by id",
        "select public.nasty(7)",
        "select prosrc from pg_proc where proname = 'nasty'",
        "select obj_description('public.nasty'::regclass)",
        "select version_num from rempart.alembic_version",
    ):
        assert rows(online, query) == rows(offline, query)
    assert rows(online, "select public.nasty(7)") == [('7:% "é"{1,2}',)]
    assert [row[0] for row in rows(online, "select said from public.nasty order by id")] == [
        ":name",
        "%s %(x)s %% 100%",
        "tab\there",
        "back\\slash\n",
        "été – 石油 🛢",
    ]
    difference = judge.difference(judge.schema_dump(server, online.name), judge.schema_dump(server, offline.name))
    assert not difference, difference


def test_a_script_is_utf8_whatever_the_terminal_speaks(project: Project) -> None:
    project.revision("0001", "execute(\"comment on schema public is 'été'\")")
    script = project.alembic("upgrade", "head", "--sql", LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert script.returncode == 0, script.stderr
    assert "'été'" in script.stdout


def test_concurrent_indexes_work_outside_of_a_transaction(
    project: Project, server: Any, platform_database: Any, another_platform_database: Any
) -> None:
    project.revision(
        "0001",
        'execute("create table public.t (id int)")\n'
        "with op.get_context().autocommit_block():\n"
        '    execute("create index concurrently t_id on public.t (id) -- slowly")\n'
        "execute(\"comment on table public.t is 'done'\")",
    )
    runner.upgrade(platform_database.owner_url, "head", project.config)
    told = run_psql.run(server, another_platform_database.owner_url, runner.render("head", project.config))
    assert told.returncode == 0, told.stderr
    for database in (platform_database, another_platform_database):
        assert rows(database, "select indisvalid from pg_index where indexrelid = 'public.t_id'::regclass") == [(True,)]
        assert rows(database, "select version_num from rempart.alembic_version") == [("0001",)]


def test_what_fails_outside_of_a_transaction_is_not_told_as_rolled_back(
    project: Project, platform_database: Any
) -> None:
    project.revision("0001", 'execute("create table public.t (id int); insert into public.t values (1), (1)")')
    project.revision(
        "0002",
        "with op.get_context().autocommit_block():\n"
        '    execute("create unique index concurrently t_id on public.t (id)")',
        after="0001",
    )
    with pytest.raises(OperationError, match="upgrade of revision 0002 failed: could not create unique index"):
        runner.upgrade(platform_database.owner_url, "head", project.config)


def test_the_same_sql_may_run_many_times_in_one_session(project: Project, platform_database: Any) -> None:
    # psycopg prepares a statement at its fifth run, and several commands cannot be prepared.
    project.revision("0001", 'for _ in range(8):\n    execute("select 1; select 2")')
    url = platform_database.owner_url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    configuration = AlembicConfig(str(project.config.alembic_ini))
    configuration.attributes["connection"] = engine
    alembic.command.upgrade(configuration, "head")
    engine.dispose()
    assert runner.current(platform_database.owner_url, project.config) == "0001"


def test_a_downgrade_that_would_lose_rows_is_refused(project: Project, platform_database: Any) -> None:
    with_table(project)
    url = platform_database.owner_url
    runner.upgrade(url, "head", project.config)
    with platform_database.connect() as connection:
        connection.execute("insert into public.t values (1), (2)")
        # Row security does not hide rows from the count of the owner.
        connection.execute("alter table public.t enable row level security")
    refused = project.alembic("downgrade", "base", url=url)
    assert refused.returncode == 3
    assert "would lose the rows of public.t (2 rows)" in refused.stderr
    assert "-x allow-data-loss=1" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert rows(platform_database, "select count(*) from public.t") == [(2,)]
    assert runner.current(url, project.config) == "0001"
    with pytest.raises(OperationError, match=r"public\.t \(2 rows\)"):
        runner.downgrade(url, "base", project.config)
    assert project.alembic("-x", "allow-data-loss=1", "downgrade", "base", url=url).returncode == 0
    assert not exists(platform_database, "public.t")


def test_a_downgrade_without_rows_needs_no_permission(project: Project, platform_database: Any) -> None:
    with_table(project)
    runner.upgrade(platform_database.owner_url, "head", project.config)
    assert runner.downgrade(platform_database.owner_url, "base", project.config) == ["0001"]
    assert not exists(platform_database, "public.t")


def test_in_process_rows_may_be_lost_on_request(project: Project, platform_database: Any) -> None:
    with_table(project)
    runner.upgrade(platform_database.owner_url, "head", project.config)
    with platform_database.connect() as connection:
        connection.execute("insert into public.t values (1)")
    assert runner.downgrade(platform_database.owner_url, "base", project.config, allow_data_loss=True) == ["0001"]


def test_the_script_of_a_downgrade_keeps_the_guard(project: Project, server: Any, platform_database: Any) -> None:
    with_table(project)
    url = platform_database.owner_url
    runner.upgrade(url, "head", project.config)
    with platform_database.connect() as connection:
        connection.execute("insert into public.t values (1)")
    guarded = project.alembic("downgrade", "0001:base", "--sql").stdout
    told = run_psql.run(server, url, guarded)
    assert told.returncode == 3
    assert "would lose the rows of public.t (1 row)" in told.stderr
    assert exists(platform_database, "public.t")
    open_script = project.alembic("-x", "allow-data-loss=1", "downgrade", "0001:base", "--sql").stdout
    assert "-- allow-data-loss=1: the rows of these tables are lost: public.t" in open_script
    assert "would lose the rows" not in open_script
    told = run_psql.run(server, url, open_script)
    assert told.returncode == 0, told.stderr
    assert not exists(platform_database, "public.t")


def test_the_guard_keeps_others_out_until_the_downgrade_ends(project: Project, platform_database: Any) -> None:
    project.revision(
        "0001",
        'execute("create table public.t (id int); create table public.seen (mode text)")',
        'refuse_data_loss("public.t")\n'
        'execute("insert into public.seen select mode from pg_locks "\n'
        "        \"where relation = 'public.t'::regclass and pid = pg_backend_pid() and granted\")",
    )
    runner.upgrade(platform_database.owner_url, "head", project.config)
    runner.downgrade(platform_database.owner_url, "base", project.config)
    assert ("AccessExclusiveLock",) in rows(platform_database, "select mode from public.seen")


def test_rows_that_row_security_hides_are_not_taken_for_none(project: Project, platform_database: Any) -> None:
    with_table(project)
    url = platform_database.owner_url
    runner.upgrade(url, "head", project.config)
    with platform_database.connect() as connection:
        connection.execute("insert into public.t values (1)")
        connection.execute("alter table public.t enable row level security, force row level security")
    with pytest.raises(OperationError, match=r"row security hides rows of public\.t"):
        runner.downgrade(url, "base", project.config)
    assert exists(platform_database, "public.t")


def test_every_table_of_a_guard_is_counted_and_named(project: Project, platform_database: Any) -> None:
    project.revision(
        "0001",
        "execute('create table public.t (id int); create table public.u ()')\n"
        "execute('create table public.\"Odd.name\" (id int)')",
        "refuse_data_loss('public.t', 'public.\"Odd.name\"', 'public.u')",
    )
    url = platform_database.owner_url
    runner.upgrade(url, "head", project.config)
    with platform_database.connect() as connection:
        connection.execute('insert into public.t values (1); insert into public."Odd.name" values (1), (2)')
    with pytest.raises(OperationError) as refused:
        runner.downgrade(url, "base", project.config)
    assert 'the rows of public.t (1 row), public."Odd.name" (2 rows)' in refused.value.message


@pytest.mark.parametrize("name", ["t", "a.b.c", "public.t; drop table public.t", ""])
def test_a_guard_on_what_is_not_a_table_is_refused(project: Project, name: str) -> None:
    project.revision("0001", "pass", f"refuse_data_loss({name!r})")
    with pytest.raises(UsageError, match="not a name with a schema"):
        runner.render("0001:base", project.config, down=True)


@pytest.mark.parametrize("value", ["allow-data-loss=yes", "allow-data-loss", "allow-data-loss=0"])
def test_a_permission_that_is_not_understood_is_refused(project: Project, value: str) -> None:
    with_table(project)
    told = project.alembic("-x", value, "downgrade", "0001:base", "--sql")
    assert told.returncode == 2
    assert "is not understood" in told.stderr


def test_an_error_names_revision_file_line_and_reason(project: Project, platform_database: Any) -> None:
    project.revision("0001", 'execute("create table public.t (id int)")')
    sql = "\ncreate table public.u (id int);\n\nselect nothing from public.t\n"
    path = project.revision("0002", "execute(SQL)", after="0001", sql=sql)
    url = platform_database.owner_url
    told = project.alembic("upgrade", "head", url=url)
    assert told.returncode == 3
    line = path.read_text().split("\n").index("select nothing from public.t") + 1
    expected = f'column "nothing" does not exist (42703) (0002_test.py, line {line}: select nothing from public.t)'
    assert f"error: the upgrade of revision 0002 failed and was rolled back: {expected}" in told.stderr
    assert "Traceback" not in told.stderr
    # What came before stays, what failed is gone altogether.
    assert runner.current(url, project.config) == "0001"
    assert not exists(platform_database, "public.u")
    with pytest.raises(OperationError, match="upgrade of revision 0002") as raised:
        runner.upgrade(url, "head", project.config)
    assert raised.value.next_step


def test_an_error_has_a_traceback_on_request(project: Project, platform_database: Any) -> None:
    project.revision("0001", 'execute("select nothing")')
    told = project.alembic("upgrade", "head", url=platform_database.owner_url, REMPART_DEBUG="1")
    assert told.returncode != 0
    assert "Traceback" in told.stderr


def test_an_error_of_a_running_function_carries_its_hint(project: Project, platform_database: Any) -> None:
    project.revision(
        "0001",
        "execute(\"do $$ begin raise exception 'no' using hint = 'do this', detail = 'because'; end $$\")",
    )
    with pytest.raises(OperationError, match=r"no \(P0001\); because \(0001_test\.py, the SQL at line") as raised:
        runner.upgrade(platform_database.owner_url, "head", project.config)
    assert raised.value.next_step == "do this"


def test_an_interrupted_connection_is_told(project: Project, platform_database: Any) -> None:
    project.revision("0001", 'execute("select pg_terminate_backend(pg_backend_pid())")')
    with pytest.raises(OperationError, match="terminating connection"):
        runner.upgrade(platform_database.owner_url, "head", project.config)
    assert not exists(platform_database, "rempart.alembic_version")
