"""Databases on which a fault is done at a message, and a judge of what is there afterwards."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from fault_project import INDEX, REVISIONS, VARIABLE, Forked, Ran, fault_project, journal_at
from fault_proxy import Fault, Message, Proxy, fault_proxy
from judge import difference, schema_dump
from mini_project import Project

from rempart.config import Config
from rempart.deploy.backups import register
from rempart.deploy.gates.target import ledger_revisions
from rempart.deploy.record import ledger
from rempart.deploy.record.verification import read_record, verify
from rempart.postgres import account, cluster, databases, platform, process
from rempart.postgres.cluster import EmbeddedServer
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server
from rempart.revisions import runner

SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "on"}
"""The server is stopped, not the machine: what was committed has to be there, and the disk keeps what was written."""
OWNER = "depot_owner"
UNMANAGED = "unmanaged"
_SESSIONS = """
select pg_catalog.count(*) from pg_catalog.pg_stat_activity
where datname = %s and pid <> pg_catalog.pg_backend_pid() and backend_type = 'client backend'
"""
_OWN = re.compile(r"[^\n]*: (?:rempart\.|-\.(?:SCHEMA )?rempart\b|-\.DATABASE )")
"""What rempart keeps for itself; and the comment on a database, which a copy of it has not."""


@dataclass(frozen=True)
class Operation:
    """A command, and the states it goes through.

    Attributes:
        arguments: What is typed.
        template: The database it begins with.
        goal: The revision it ends at.
        undone_from: Where it came from, when it goes back.
    """

    arguments: tuple[str, ...]
    template: str
    goal: str
    undone_from: str | None = None


OPERATIONS = {
    "apply": Operation(("apply", "--env", "staging"), "at_base", "0004"),
    "rollback": Operation(
        ("rollback", "--env", "staging", "--to", "0001"),
        "at_head",
        "0001",
        "0004",
    ),
    "backup": Operation(("backup", "--env", "staging"), "at_head", "0004"),
    "adopt": Operation(("adopt", "--env", "staging", "--apply"), UNMANAGED, "0004"),
}


@dataclass
class State:
    """What a database, its ledger, its evidence and its backups look like."""

    revision: str
    dump: Counter[str]
    journal: list[str]
    index: str
    entries: list[ledger.Entry]
    files: list[str]

    @property
    def signature(self) -> tuple[object, ...]:
        """The same for states from which a command goes on in the same way."""
        titles = tuple(sorted(self.dump.elements()))
        kinds = tuple(entry.kind for entry in self.entries)
        return (self.revision, hash(titles), tuple(self.journal), self.index, kinds, tuple(self.files))


@dataclass
class World:
    """A server behind a proxy, with databases to copy.

    Attributes:
        project: The project.
        server: The server.
        workshop: A server on which commands rehearse, so that not each of them starts one.
        proxy: The proxy.
        dumps: What pg_dump says of each revision.
    """

    project: Project
    server: EmbeddedServer
    workshop: Server
    proxy: Proxy
    dumps: dict[str, Counter[str]] = field(default_factory=dict)
    reruns: Counter[tuple[object, ...]] = field(default_factory=Counter)
    points: int = 0
    _made: int = 0

    @property
    def config(self) -> Config:
        """The project's configuration."""
        return Config.find(self.project.root)

    @property
    def evidence(self) -> Path:
        """The evidence of the project."""
        return self.project.root / "evidence"

    def prepare(self) -> None:
        """Make the databases to copy, and the dumps to compare with: by Alembic alone, without a deployment."""
        for name in ("at_base", "by_alembic"):
            databases.create(self.server, name)
            platform.install(self.server, name, self.config.platform, OWNER)
        self.dumps["base"] = self.dump("at_base")
        for revision in REVISIONS:
            runner.upgrade(self.server.url("by_alembic", OWNER), revision, self.config)
            self.dumps[revision] = self.dump("by_alembic")
        for before, revision in zip(("base", *REVISIONS), REVISIONS, strict=False):
            assert difference(self.dumps[before], self.dumps[revision]), "revisions that look the same prove nothing"
        databases.create(self.server, "at_head", "at_base", OWNER)
        ran = self.start(OPERATIONS["apply"], self.server.url("at_head", OWNER)).wait()
        assert ran.code == 0, ran
        self.evidence.rename(self.project.base / "evidence_at_head")
        self._prepare_adoption()

    def _prepare_adoption(self) -> None:
        """A database as the revisions make it but for one function, which never saw any; and what reconciles it."""
        databases.create(self.server, UNMANAGED, "by_alembic", OWNER)
        with psycopg.connect(self.server.url(UNMANAGED), autocommit=True) as connection:
            connection.execute("drop schema rempart cascade")
            connection.execute("drop function public.tank_count()")
        self.dumps[UNMANAGED] = self.dump(UNMANAGED)
        draft = Operation((*OPERATIONS["adopt"].arguments[:-1], "--write"), UNMANAGED, "0004")
        ran = self.start(draft, self.server.url(UNMANAGED, OWNER)).wait()
        assert ran.code == 0, ran

    def fresh(self, operation: Operation) -> str:
        """A new database at the beginning of an operation, and the evidence that belongs to it."""
        self._made += 1
        name = f"d{self._made}"
        databases.create(self.server, name, operation.template, OWNER)
        shutil.rmtree(self.evidence, ignore_errors=True)
        shutil.rmtree(self.project.root / "backups", ignore_errors=True)
        if operation.template == "at_head":
            shutil.copytree(self.project.base / "evidence_at_head", self.evidence)
        return name

    def start(
        self, operation: Operation, url: str, *, shared: bool = True, prepare: Callable[[], None] = lambda: None
    ) -> Forked:
        """Start the command of an operation; `prepare` is called in its process first."""
        workshop = self.workshop
        for one in _databases(workshop):
            databases.drop(workshop, one)

        def share() -> None:
            prepare()
            from rempart.deploy import rehearsal
            from rempart.deploy.backups import restoring, taking
            from rempart.revisions import workbench

            @contextmanager
            def already_there(*_: Any, **__: Any) -> Iterator[Server]:
                yield workshop

            for module in (rehearsal, workbench, restoring, taking):
                if hasattr(module, "temporary_server"):
                    module.temporary_server = already_there  # type: ignore[attr-defined]

        return Forked(self.project, operation.arguments, {VARIABLE: url}, share if shared else prepare)

    def dump(self, database: str) -> Counter[str]:
        """What pg_dump says of a database, without what rempart keeps there."""
        entries = schema_dump(self.server, database)
        return Counter({one: count for one, count in entries.items() if not _OWN.match(one)})

    def record(self, operation: Operation, wanted: Callable[[str], bool]) -> list[Message]:
        """The messages of an operation without a fault."""
        name = self.fresh(operation)
        self.proxy.arm(name, wanted=wanted)
        ran = self.start(operation, self.proxy.url(name, OWNER)).wait()
        assert ran.code == 0, ran
        databases.drop(self.server, name)
        return self.proxy.seen

    def strike(
        self, operation: Operation, number: int, fault: Fault, wanted: Callable[[str], bool], *, shared: bool = True
    ) -> None:
        """Do a fault at a message, and look at everything that has to hold afterwards."""
        name = self.fresh(operation)
        started, running = threading.Event(), list[Forked]()

        def act() -> None:
            started.wait()
            if fault in (Fault.KILL_BEFORE, Fault.KILL_AFTER):
                os.kill(running[0].pid, signal.SIGKILL)
            else:
                process.stop(self.server.postmaster, signal.SIGQUIT, 10.0)

        self.proxy.arm(name, number, fault, act, wanted)
        url = f"{self.proxy.url(name, OWNER)}&connect_timeout=2"
        running.append(self.start(operation, url, shared=shared))
        started.set()
        began = time.monotonic()
        ran = running[0].wait(90)
        took = time.monotonic() - began
        try:
            assert self.proxy.happened.is_set(), f"message {number} never came: {ran}"
            struck = self.proxy.seen[number - 1]
            self.proxy.release()
            if fault in (Fault.STOP, Fault.STOP_AFTER):
                self.restart()
            told = f"{fault.name} at {struck}\n{ran}"
            self.expect_clear_end(ran, fault, told)
            if fault is Fault.HANG:
                assert took < 30, f"it hung for {took:.0f} s: {told}"
            self.wait_for_sessions(name, told)
            state = self.look(name)
            self.expect_whole(operation, state, name, told)
            self.points += 1
            if self.reruns[state.signature] < 1 or not shared:
                self.reruns[state.signature] += 1
                self.expect_convergence(operation, name, told, shared=shared)
        finally:
            self.proxy.release()
            databases.drop(self.server, name)

    def expect_clear_end(self, ran: Ran, fault: Fault, told: str) -> None:
        """Killed, or ended with what happened in words."""
        if fault in (Fault.KILL_BEFORE, Fault.KILL_AFTER):
            assert ran.code == -signal.SIGKILL or (fault is Fault.KILL_AFTER and ran.code == 0), told
            return
        assert ran.code in (0, 1, 3), told
        assert "Traceback" not in ran.errors and "error: unexpected " not in ran.errors, told
        assert "ignored in" not in ran.errors, told
        assert ran.code == 0 or "error: " in ran.errors, told

    def restart(self) -> None:
        """Start the stopped server again, on its data."""
        folder = self.server.socket_folder
        deadline = time.monotonic() + 10
        while any(process.serving(folder / "data")) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.server = cluster.launch(
            self.server.installation, account.unprivileged(), folder / "data", folder, folder / "log", SETTINGS
        )

    def wait_for_sessions(self, name: str, told: str) -> None:
        """Nothing of the command is at work on the server any more."""
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            deadline = time.monotonic() + 15
            while time.monotonic() < deadline:
                row = connection.execute(_SESSIONS, (name,)).fetchone()
                if row is not None and row[0] == 0:
                    return
                time.sleep(0.01)
        raise AssertionError(f"sessions were left: {told}")

    def look(self, name: str) -> State:
        """Everything that is judged."""
        with psycopg.connect(self.server.url(name, OWNER), autocommit=True) as connection:
            versions = _column(connection, "rempart.alembic_version", "select version_num from rempart.alembic_version")
            journal = _column(connection, "public.journal", "select said from public.journal order by said")
            assert len(versions) <= 1, versions
            valid = connection.execute(
                "select indisvalid from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass(%s)", (INDEX,)
            ).fetchone()
            index = "none" if valid is None else "valid" if valid[0] else "INVALID"
            entries = ledger.entries(connection)
        kept = [*self.evidence.rglob("*"), *(self.project.root / "backups").rglob("*")]
        files = sorted(one.suffix for one in kept if one.is_file())
        return State(versions[0] if versions else "base", self.dump(name), journal, index, entries, files)

    def expect_whole(self, operation: Operation, state: State, name: str, told: str) -> None:
        """The database is exactly at a revision, and its ledger says the same."""
        if operation.template == UNMANAGED:
            self.expect_adopted_or_not(state, told)
            return
        at = ("base", *REVISIONS).index(state.revision)
        near = [state.revision] + ([REVISIONS[at]] if state.revision == "0002" else [])
        near += ["0002"] if state.revision == "0003" else []
        told = f"{told}\nrevision {state.revision}, index {state.index}, journal {state.journal}"
        # The step outside of a transaction may have done its work, and not be noted yet.
        assert any(not difference(self.dumps[one], state.dump) for one in near), (
            f"{told}\n{difference(self.dumps[state.revision], state.dump)}"
        )
        assert state.journal == journal_at(state.revision, operation.undone_from), told
        assert ledger.problems(state.entries) == [], told
        known = sorted(ledger_revisions(state.entries))
        assert known == list(REVISIONS[:at]), f"the ledger knows {known}: {told}"
        if state.index == "INVALID":
            said = Forked(self.project, ("status", "--env", "staging"), {VARIABLE: self.server.url(name, OWNER)}).wait()
            assert said.code == 0 and INDEX.partition(".")[2] in said.output, f"{said}\n{told}"

    def expect_adopted_or_not(self, state: State, told: str) -> None:
        """Adopted as a whole, or as it was."""
        assert state.revision in ("base", "0004"), told
        adopted = state.revision == "0004"
        assert difference(self.dumps["0004" if adopted else UNMANAGED], state.dump) == "", told
        assert state.journal == journal_at("0004"), told
        assert ledger.problems(state.entries) == [], told
        assert sorted(ledger_revisions(state.entries)) == (list(REVISIONS) if adopted else []), told

    def expect_convergence(self, operation: Operation, name: str, told: str, *, shared: bool) -> None:
        """The same command, once more, ends where it was to end, and nothing of the record is wrong."""
        adopted = operation.template == UNMANAGED and self.look(name).revision == "0004"
        ran = self.start(operation, self.server.url(name, OWNER), shared=shared).wait(90)
        told = f"after {told}\nthe next run: {ran}"
        assert ran.code == (2 if adopted else 0), told
        assert not adopted or "under management already" in ran.errors, told
        state = self.look(name)
        assert state.revision == operation.goal, told
        assert difference(self.dumps[operation.goal], state.dump) == "", told
        assert state.index == ("valid" if operation.goal == "0004" else "none"), told
        self.expect_whole(operation, state, name, told)
        if adopted:
            # What was lost is its record, which the next deployment writes.
            applied = self.start(OPERATIONS["apply"], self.server.url(name, OWNER), shared=shared).wait(90)
            assert applied.code == 0 and "nothing to do" in applied.output, f"{applied}\n{told}"
            state = self.look(name)
        with psycopg.connect(self.server.url(name, OWNER), autocommit=True) as connection:
            found = verify(self.config, "staging", read_record(connection))
        assert not found.problems, f"{found.problems}\n{told}"
        begun = {one.deployment for one in state.entries if one.kind in ("started", "adopted")}
        ends = ("finished", "failed", "refused", "interrupted")
        assert begun <= {one.deployment for one in state.entries if one.kind in ends}, told
        if operation is OPERATIONS["backup"]:
            (kept,) = register.registered(self.config, "staging")
            assert kept.path.is_file() and register.changed(kept) is None, told
            names = [one.name for one in (self.project.root / "backups").rglob("*") if one.is_file()]
            strays = [one for one in names if one != ".gitignore" and not one.startswith(kept.path.name)]
            assert not [*strays, *(one for one in names if one.endswith(".part"))], f"{names}: {told}"
        if not shared:
            deadline = time.monotonic() + 2
            while (self.project.processes() or self.project.leftovers()) and time.monotonic() < deadline:
                time.sleep(0.05)
            left = self.project.processes(), [str(one) for one in self.project.leftovers()]
            assert left == ([], []), f"{left}: {told}"


def _databases(server: Server) -> list[str]:
    """What earlier commands made there."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        rows = connection.execute("select datname from pg_catalog.pg_database where not datistemplate")
        return [str(row[0]) for row in rows if row[0] != "postgres"]


def _column(connection: psycopg.Connection[Any], table: str, query: str) -> list[str]:
    row = connection.execute("select pg_catalog.to_regclass(%s)", (table,)).fetchone()
    if row is None or row[0] is None:
        return []
    with psycopg.connect(connection.info.dsn, autocommit=True) as reader:
        return [str(one[0]) for one in reader.execute(query)]


@contextmanager
def fault_world() -> Iterator[World]:
    """The project, the servers and the proxy, ready for faults."""
    with (
        fault_project() as project,
        temporary_server(settings=SETTINGS) as server,
        temporary_server() as workshop,
        fault_proxy(project.base / "px", server.socket_folder) as proxy,
    ):
        world = World(project, server, workshop, proxy)
        world.prepare()
        yield world
