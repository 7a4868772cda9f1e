"""A database that is deployed to, while others work with it.

A plugin of the modules that use it (`pytest_plugins = ["staging_fixtures"]`).
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from fault_project import VARIABLE, Forked, fault_project, revision_file
from mini_project import Project

from rempart.config import Config
from rempart.deploy.record import ledger
from rempart.postgres import databases, platform
from rempart.postgres.server import Server

OWNER = "depot_owner"
HOLDER = "a report that never ends"
APPLY = ("apply", "--env", "staging")
LOCK_TIMEOUT = 1.0
MARGIN = 1.5  # seconds; the machine that runs the tests does other things too


@dataclass
class Staging:
    """A database of the project with its first revision."""

    project: Project
    server: Server
    name: str

    def url(self, user: str = OWNER) -> str:
        return self.server.url(self.name, user)

    def run(self, *arguments: str) -> Any:
        return self.start(*arguments).wait()

    def start(self, *arguments: str) -> Forked:
        return Forked(self.project, arguments or APPLY, {VARIABLE: self.url()})

    def connect(self, name: str = HOLDER, *, autocommit: bool = True) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(), autocommit=autocommit, application_name=name)

    def one(self, query: str) -> Any:
        with self.connect() as connection:
            row = connection.execute(query).fetchone()  # type: ignore[arg-type]
            return None if row is None else row[0]

    @property
    def journal(self) -> list[str]:
        with self.connect() as connection:
            return [row[0] for row in connection.execute("select said from public.journal order by said")]

    @property
    def revision(self) -> str:
        return str(self.one("select version_num from rempart.alembic_version"))

    def kinds(self) -> list[str]:
        with self.connect() as connection:
            found = ledger.entries(connection)
        assert ledger.problems(found) == []
        return [entry.kind for entry in found]

    def write(
        self, revision: str, up: str, down: str = "select 1", *, outside: bool = False, after: str = "0001"
    ) -> None:
        """Put a revision in the place of all that follow one."""
        for file in (self.project.root / "migrations" / "versions").glob("*.py"):
            if file.name[:4] > after:
                file.unlink()
        text = revision_file(revision, after, up, down, outside=outside)
        self.project.write(f"migrations/versions/{revision}_step.py", text)

    def configure(self, **values: str) -> None:
        file = self.project.root / "pyproject.toml"
        kept = [line for line in file.read_text().splitlines() if line.partition(" =")[0] not in values]
        file.write_text("\n".join([*kept, *(f"{key} = {value}" for key, value in values.items())]) + "\n")


@pytest.fixture(scope="module")
def at_first_revision(server: Server) -> Iterator[Staging]:
    """The project, and a database with its first revision: both are copied, and never changed."""
    with fault_project() as project, databases.throwaway(server) as name:
        platform.install(server, name, Config.find(project.root).platform, OWNER)
        made = Staging(project, server, name)
        made.configure(lock_timeout='"1s"', statement_timeout='"20s"', attempts="3")
        ran = made.run(*APPLY, "--to", "0001")
        assert ran.code == 0, ran
        yield made


@pytest.fixture
def staging(at_first_revision: Staging) -> Iterator[Staging]:
    first = at_first_revision
    with databases.throwaway(first.server, first.name, OWNER) as name:
        base = first.project.base / name[-6:]  # short, for the paths of sockets
        shutil.copytree(first.project.root, base / "project", symlinks=True)
        for folder in ("tmp", "state"):
            (base / folder).mkdir()
            (base / folder).chmod(0o1777 if folder == "tmp" else 0o700)
        yield Staging(Project(base), first.server, name)


def wait_for(staging: Staging, query: str, seconds: float = 60.0) -> Any:
    """Ask until there is an answer that is not null and not false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := staging.one(query):
            return found
        time.sleep(0.01)
    raise AssertionError(f"never true: {query}")


SLEEPS = (
    "select pid from pg_catalog.pg_stat_activity where query like '%pg_sleep%' and pid <> pg_catalog.pg_backend_pid()"
)
LOCK_SESSION = "select pid from pg_catalog.pg_stat_activity where application_name like 'rempart apply%' limit 1"


def slow(seconds: float) -> str:
    return f"select pg_catalog.pg_sleep({seconds}); insert into public.journal values ('0002')"


WRITE = "update public.tank set label = label where id = 1"


class Writer:
    """Somebody who writes into a table all the time, and knows the longest it took.

    Whether it waited too long for a lock is told by the server, which does not count how busy this machine is.
    """

    def __init__(self, staging: Staging, statement: str, limit: float) -> None:
        self.longest, self.written, self.stopped = 0.0, 0, False
        self._limit = limit
        self._over = threading.Event()
        self._staging, self._statement = staging, statement
        self._thread = threading.Thread(target=self._write, daemon=True)

    def _write(self) -> None:
        with self._staging.connect("writer") as connection:
            connection.execute("select pg_catalog.set_config('lock_timeout', %s, false)", (f"{self._limit}s",))
            while not self._over.is_set():
                began = time.monotonic()
                try:
                    connection.execute(self._statement)  # type: ignore[arg-type]
                except psycopg.errors.LockNotAvailable:
                    self.stopped = True
                    return
                self.longest = max(self.longest, time.monotonic() - began)
                self.written += 1
                time.sleep(0.01)

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)
        assert not self._thread.is_alive(), "the writer waits still"
