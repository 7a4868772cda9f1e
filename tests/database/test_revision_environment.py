"""Alembic's own commands, as a user types them: where they run, as whom, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import alembic.command
import judge
import psycopg
import pytest
import run_psql
from alembic.config import Config as AlembicConfig
from small_project import Project, another
from sqlalchemy import create_engine

from rempart.config import Config
from rempart.postgres import databases
from rempart.revisions import runner

pytestmark = pytest.mark.one_backend

HOSTILE = """
alter default privileges for role depot_owner grant all on tables to anon with grant option;
alter default privileges for role depot_owner grant all on tables to authenticated, public;
alter default privileges for role depot_owner grant all on schemas to anon, service_role, public;
"""


@pytest.fixture
def another_platform_database(platform_database: Any, platform_template: str) -> Iterator[Any]:
    with another(platform_database, platform_template) as made:
        yield made


@pytest.fixture
def project(tmp_path: Path, config: Config) -> Project:
    """Two revisions, each with a table."""
    made = Project.create(tmp_path / "project", config)
    made.revision(
        "0001",
        'execute("create table public.a (id int)")',
        'refuse_data_loss("public.a")\nexecute("drop table public.a")',
    )
    made.revision("0002", 'execute("create table public.b (id int)")', 'execute("drop table public.b")', after="0001")
    return made


def rows(database: Any, query: str) -> list[Any]:
    with database.connect() as connection:
        return connection.execute(query).fetchall()


def tables(database: Any) -> list[str]:
    query = "select relname || ' ' || pg_get_userbyid(relowner) from pg_class where relkind = 'r'"
    return sorted(row[0] for row in rows(database, f"{query} and relnamespace = 'public'::regnamespace"))


def open_to(database: Any) -> list[tuple[str, str, str]]:
    """Who may do what with the version table and its schema, its owner aside."""
    return rows(
        database,
        """
        select o.name, case a.grantee when 0 then 'public' else a.grantee::regrole::text end, a.privilege_type
        from (select oid::regclass::text, relowner, coalesce(relacl, acldefault('r', relowner)) from pg_class
              where oid = to_regclass('rempart.alembic_version')
              union all
              select nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace
              where nspname = 'rempart') as o (name, owner, acl)
        cross join aclexplode(o.acl) a
        where a.grantee <> o.owner
        """,
    )


def up_online(project: Project, server: Any, url: str) -> None:
    assert runner.upgrade(url, "head", project.config) == ["0001", "0002"]


def up_by_script(project: Project, server: Any, url: str) -> None:
    told = run_psql.run(server, url, runner.render("head", project.config))
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("upgrade", [up_online, up_by_script])
def test_the_version_table_is_closed_whatever_the_default_privileges(
    project: Project, server: Any, platform_database: Any, upgrade: Any
) -> None:
    with platform_database.connect() as connection:
        connection.execute(HOSTILE)
    upgrade(project, server, platform_database.owner_url)
    assert open_to(platform_database) == []
    with platform_database.connect() as connection:
        for role in ("anon", "authenticated", "service_role"):
            for query in (
                "select version_num from rempart.alembic_version",
                "update rempart.alembic_version set version_num = '0'",
                "delete from rempart.alembic_version",
                "insert into rempart.alembic_version values ('0')",
                "truncate rempart.alembic_version",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    connection.execute(f"set local role {role}")
                    connection.execute(query)
        # The control: these default privileges do open a table that nobody closes.
        connection.execute("set role anon")
        assert connection.execute("select count(*) from public.a").fetchone() == (0,)
    # Closed from its first moment: schema, table and privileges come from one transaction.
    query = """
        select n.xmin::text, c.xmin::text from pg_namespace n join pg_class c on c.relnamespace = n.oid
        where c.oid = 'rempart.alembic_version'::regclass
    """
    of_schema, of_table = rows(platform_database, query)[0]
    assert of_schema == of_table


@pytest.mark.parametrize("upgrade", [up_online, up_by_script])
def test_a_superuser_becomes_the_owner_of_the_database(
    project: Project, server: Any, platform_database: Any, another_platform_database: Any, upgrade: Any
) -> None:
    upgrade(project, server, platform_database.url())
    upgrade(project, server, another_platform_database.owner_url)
    assert tables(platform_database) == ["a depot_owner", "b depot_owner"]
    difference = judge.difference(
        judge.schema_dump(server, platform_database.name),
        judge.schema_dump(server, another_platform_database.name),
    )
    assert not difference, difference


@pytest.fixture
def superusers_database(server: Any, platform_template: str) -> Iterator[str]:
    with databases.throwaway(server, template=platform_template, owner="postgres") as name:
        yield name


def test_a_database_of_a_superuser_is_refused(project: Project, server: Any, superusers_database: str) -> None:
    url = server.url(superusers_database)
    told = project.alembic("upgrade", "head", url=url)
    assert told.returncode == 3
    assert f"the owner of database {superusers_database}, postgres, is a superuser" in told.stderr
    assert "Traceback" not in told.stderr
    told = run_psql.run(server, url, project.alembic("upgrade", "head", "--sql").stdout)
    assert told.returncode == 3
    assert "is a superuser" in told.stderr
    with psycopg.connect(url) as connection:
        assert connection.execute("select to_regnamespace('rempart'), to_regclass('public.a')").fetchone() == (
            None,
            None,
        )


def test_what_the_role_was_is_restored_on_a_callers_connection(project: Project, platform_database: Any) -> None:
    engine = create_engine(platform_database.url().replace("postgresql://", "postgresql+psycopg://"))
    configuration = AlembicConfig(str(project.config.alembic_ini))
    with engine.connect() as connection:
        configuration.attributes["connection"] = connection
        alembic.command.upgrade(configuration, "head")
        assert connection.exec_driver_sql("select current_user").scalar() == "postgres"
    engine.dispose()
    assert tables(platform_database) == ["a depot_owner", "b depot_owner"]


def test_a_callers_transaction_stays_the_callers(project: Project, platform_database: Any) -> None:
    engine = create_engine(platform_database.url().replace("postgresql://", "postgresql+psycopg://"))
    configuration = AlembicConfig(str(project.config.alembic_ini))
    with engine.connect() as connection:
        transaction = connection.begin()
        configuration.attributes["connection"] = connection
        alembic.command.upgrade(configuration, "head")
        transaction.rollback()
        assert connection.exec_driver_sql("select current_user").scalar() == "postgres"
    engine.dispose()
    assert tables(platform_database) == []


@pytest.mark.slow
def test_the_commands_of_alembic_do_what_its_users_expect(project: Project, platform_database: Any) -> None:
    url = platform_database.owner_url

    def run(*arguments: str) -> str:
        told = project.alembic(*arguments, url=url)
        assert told.returncode == 0, told.stderr
        return told.stdout.strip()

    assert run("current") == ""
    assert run("heads") == "0002 (head)"
    assert run("history").split("\n") == [
        "0001 -> 0002 (head), Revision 0002.",
        "<base> -> 0001, Revision 0001.",
    ]
    run("upgrade", "+1")
    assert run("current") == "0001"
    assert "0001 (current)" in run("history", "--indicate-current")
    run("upgrade", "head")
    run("upgrade", "head")
    assert run("current") == "0002 (head)"
    run("downgrade", "-1")
    assert tables(platform_database) == ["a depot_owner"]
    run("stamp", "head")
    assert run("current") == "0002 (head)"
    run("stamp", "0001")
    run("upgrade", "head")
    run("downgrade", "base")
    assert run("current") == ""
    assert tables(platform_database) == []
    run("upgrade", "head")
    assert tables(platform_database) == ["a depot_owner", "b depot_owner"]


def test_check_does_not_pass_without_a_declared_state_to_compare_with(project: Project, platform_database: Any) -> None:
    runner.upgrade(platform_database.owner_url, "head", project.config)
    told = project.alembic("check", url=platform_database.owner_url)
    assert told.returncode != 0
    assert "no pyproject.toml with a table [tool.rempart]" in told.stderr


def test_a_revision_that_does_not_exist_is_an_error(project: Project, platform_database: Any) -> None:
    told = project.alembic("upgrade", "0009", url=platform_database.owner_url)
    assert told.returncode != 0
    assert "Can't locate revision identified by '0009'" in told.stdout + told.stderr


def test_scripts_lead_from_any_revision_to_any_other(project: Project, server: Any, platform_database: Any) -> None:
    def apply(direction: str, revisions: str) -> Any:
        script = runner.render(revisions, project.config, down=direction == "downgrade")
        return run_psql.run(server, platform_database.owner_url, script)

    def at(revision: str | None, *expected: str) -> None:
        assert runner.current(platform_database.owner_url, project.config) == revision
        assert tables(platform_database) == [f"{name} depot_owner" for name in expected]

    assert apply("upgrade", "0001").returncode == 0
    at("0001", "a")
    assert apply("upgrade", "0001:head").returncode == 0
    at("0002", "a", "b")
    assert apply("downgrade", "head:0001").returncode == 0
    at("0001", "a")
    # A script for another revision than the one the database is at changes nothing.
    for wrong in (("upgrade", "0002:head"), ("downgrade", "0002:base"), ("downgrade", "0002:0001")):
        told = apply(*wrong)
        assert told.returncode == 3
        assert "the database is at revision 0001, and this script expects it at 0002" in told.stderr
        at("0001", "a")
    assert apply("downgrade", "0001:base").returncode == 0
    at(None)
    # The version table is still there, as after an online downgrade.
    assert apply("upgrade", "head").returncode == 0
    at("0002", "a", "b")
    stamp = project.alembic("stamp", "0002:0001", "--sql").stdout
    assert run_psql.run(server, platform_database.owner_url, stamp).returncode == 0
    assert runner.current(platform_database.owner_url, project.config) == "0001"


def test_a_script_for_an_empty_database_stops_on_another(project: Project, server: Any, platform_database: Any) -> None:
    runner.upgrade(platform_database.owner_url, "head", project.config)
    with platform_database.connect() as connection:
        connection.execute("drop table public.a, public.b")
    told = run_psql.run(server, platform_database.owner_url, runner.render("head", project.config))
    assert told.returncode == 3
    assert "expects it at" in told.stderr
    assert tables(platform_database) == []


def test_revisions_are_numbered_and_need_no_database(project: Project) -> None:
    told = project.alembic("revision", "-m", "Third thing, and more")
    assert told.returncode == 0, told.stderr
    path = project.folder / "migrations" / "versions" / "0003_third_thing_and_more.py"
    names: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), names)
    assert (names["revision"], names["down_revision"]) == ("0003", "0002")
    assert names["__doc__"] == "Third thing, and more."
    told = project.alembic("revision", "-m", "named", "--rev-id", "0010")
    assert told.returncode == 0, told.stderr
    assert (project.folder / "migrations" / "versions" / "0010_named.py").exists()


def test_alembic_works_from_any_folder(project: Project, platform_database: Any, tmp_path: Path) -> None:
    elsewhere = Project(tmp_path, project.config)
    ini = str(project.config.alembic_ini)
    assert elsewhere.alembic("-c", ini, "upgrade", "head", url=platform_database.owner_url).returncode == 0
    assert tables(platform_database) == ["a depot_owner", "b depot_owner"]


def test_no_url_is_told(project: Project) -> None:
    told = project.alembic("upgrade", "head")
    assert told.returncode == 2
    assert "the environment variable DATABASE_URL is not set" in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql://someone:hunter2@127.0.0.1:1/nowhere", 3),
        ("postgresql://someone:hunter2@host.invalid/nowhere", 3),
        ("postgresql://someone:hunter2@/nowhere?host=/nowhere", 3),
        ("postgresql://someone:hunter2%@127.0.0.1/nowhere", 2),
        ("mysql://someone:hunter2@127.0.0.1/nowhere", 2),
        ("someone:hunter2", 2),
        ("postgresql+psycopg2://someone:hunter2@127.0.0.1/nowhere", 2),
    ],
)
def test_a_bad_url_is_told_in_a_paragraph_without_the_password(project: Project, url: str, code: int) -> None:
    told = project.alembic("current", url=url)
    assert told.returncode == code
    assert "error: " in told.stderr
    assert "hunter2" not in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""


def test_a_refused_login_is_told_without_the_password(project: Project, platform_database: Any) -> None:
    parts = urlsplit(platform_database.owner_url)
    place = parts.netloc.rpartition("@")[2]
    told = project.alembic("current", url=urlunsplit(parts._replace(netloc=f"nobody_there:hunter2@{place}")))
    assert told.returncode == 3
    assert "cannot connect to database" in told.stderr
    assert "hunter2" not in told.stderr
    assert "Traceback" not in told.stderr
    missing = project.alembic("current", url=platform_database.owner_url.replace(platform_database.name, "not_there"))
    assert missing.returncode == 3
    assert "not_there" in missing.stderr


@pytest.mark.parametrize("scheme", ["postgres://", "postgresql+psycopg://"])
def test_other_spellings_of_the_scheme_are_understood(project: Project, platform_database: Any, scheme: str) -> None:
    url = platform_database.owner_url.replace("postgresql://", scheme)
    assert project.alembic("current", url=url).returncode == 0


def test_a_role_that_may_not_read_the_version_table_is_told(
    project: Project, server: Any, platform_database: Any
) -> None:
    runner.upgrade(platform_database.owner_url, "head", project.config)
    told = project.alembic("current", url=server.url(platform_database.name, "authenticator"))
    assert told.returncode == 3
    assert "reading or writing the version table failed: permission denied" in told.stderr
    assert "Traceback" not in told.stderr
