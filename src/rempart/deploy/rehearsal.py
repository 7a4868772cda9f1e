"""What a deployment will do, tried on a throw-away copy of the target's schema.

The target is only read. What each revision locks, rewrites and reads is observed on the copy, not modelled; the catalog
that it leaves there is what it has to leave on the target.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from psycopg import sql

from rempart.catalog.compare import Difference, compare
from rempart.catalog.fingerprint import fingerprint
from rempart.catalog.model import Catalog
from rempart.catalog.read import read
from rempart.catalog.rereading import readable_script
from rempart.config import Config
from rempart.deploy.backups import server_roles
from rempart.deploy.queries import query
from rempart.deploy.running import Hooks, Limits, run_steps
from rempart.deploy.steps import BASE, Step
from rempart.deploy.target import Connection
from rempart.errors import OperationError, RempartError
from rempart.own_objects import SCHEMA, VERSION_TABLE
from rempart.postgres import databases
from rempart.postgres.dump import TablesLocked, bring_over
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server, connect
from rempart.revisions.workbench import without_anything_own, without_cluster

_LIMITS = Limits(timedelta(seconds=30), timedelta(minutes=15), attempts=1)
_STRENGTH = (
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)
_STOPS_WRITERS = frozenset(_STRENGTH[4:])


@dataclass(frozen=True)
class Effect:
    """What a revision did on the copy.

    Attributes:
        step: The revision.
        seconds: How long it took there, without rows.
        before: The catalog before it.
        after: The catalog after it.
        changes: What it changed.
        locks: For each table that existed before, the strongest lock taken on it, when it stops writers.
        rewritten: Tables whose rows were rewritten.
        scanned: Tables that were read from end to end.
    """

    step: Step
    seconds: float
    before: Catalog
    after: Catalog
    changes: tuple[Difference, ...]
    locks: dict[str, str]
    rewritten: tuple[str, ...]
    scanned: tuple[str, ...]


@dataclass
class Rehearsal:
    """A copy of the target on a throw-away server.

    Attributes:
        config: The project.
        server: The server.
        database: Name of the copy.
        catalog: Its catalog as it was at first.
        effects: What the revisions that ran did.
    """

    config: Config
    server: Server
    database: str
    catalog: Catalog
    effects: list[Effect] = field(default_factory=list)

    def run(
        self,
        steps: Sequence[Step],
        step: Callable[[str], None],
        *,
        begun: Collection[str] = (),
        allow_data_loss: bool = False,
    ) -> None:
        """Run revisions on the copy.

        Args:
            steps: The revisions.
            step: Told what is being done.
            begun: Revisions that an earlier deployment began outside of a transaction and did not finish: the copy may
                have what they make.
            allow_data_loss: Whether a downgrade may lose rows.

        Raises:
            OperationError: One fails: it would fail on the target too.
        """
        with connect(self.server.url(self.database)) as observer:
            before, files = self.effects[-1].after if self.effects else self.catalog, _files(observer)
            effects: dict[str, Effect] = {}

            def before_commit(one: Step, connection: Connection) -> None:
                nonlocal before, files
                locks, now = _locks(connection, files), _files(connection)
                moved = (name for oid, (name, place) in files.items() if oid in now and now[oid][1] != place)
                read_whole = {int(row[0]) for row in connection.execute(query("scans"))}
                # Counted are the transactions since the last report: the next one begins with none.
                connection.execute("select pg_catalog.pg_stat_force_next_flush()")
                scanned = tuple(sorted(files[oid][0] for oid in read_whole if oid in files))
                after = without_anything_own(read(connection, again=True)).kept_beside(before)
                changes, rewritten = tuple(compare(before, after)), tuple(sorted(moved))
                effects[one.revision] = Effect(one, 0.0, before, after, changes, locks, rewritten, scanned)
                before, files = after, now

            def committed(one: Step, seconds: float, _attempts: int) -> None:
                self.effects.append(replace(effects[one.revision], seconds=seconds))

            def starting(one: Step) -> bool:
                step(f"rehearsing the {one.direction} of revision {one.revision}")
                return one.revision in begun

            hooks = Hooks(before_commit, starting, committed)
            url = self.server.url(self.database)
            try:
                run_steps(url, self.config, steps, hooks, _LIMITS, observer, allow_data_loss=allow_data_loss)
            except RempartError as error:
                said = error.message.removesuffix(".")
                told = f"on a throw-away copy, {said}. Nothing was changed."
                raise type(error)(told, error.next_step) from error

    @property
    def state(self) -> str:
        """Fingerprint of the copy as it was at first."""
        return fingerprint(without_cluster(self.catalog))


@contextmanager
def rehearsal(
    config: Config, url: str, major: int, revision: str, step: Callable[[str], None], lock_timeout: timedelta
) -> Iterator[Rehearsal]:
    """Copy the schema of a database onto a throw-away server.

    Args:
        config: The project.
        url: The database; only read.
        major: Major version of the throw-away server.
        revision: Where the database is, or `base`.
        step: Told what is being done.
        lock_timeout: How long to wait for tables that nobody may read at the moment.

    Raises:
        OperationError: The database cannot be reached or copied.
    """
    step("starting a throw-away server")
    with temporary_server(major) as server:
        step("copying the schema of the target")
        with connect(url) as live:
            live.execute("set default_transaction_read_only = on")
            row = live.execute(query("database_facts")).fetchone()
            assert row is not None
            name, owner = str(row[0]), str(row[1])
            roles = server_roles.roles_of(live)
        with connect(server.url()) as superuser:
            server_roles.make(superuser, roles)
        copy = "rehearsal" if name in ("postgres", "template0", "template1") else name
        databases.create(server, copy, owner=owner)
        try:
            bring_over(url, server, copy, lock_timeout, rewritten=readable_script)
        except TablesLocked as error:
            with connect(url) as live:
                holders = [str(row[0]) for row in live.execute(query("backup_blockers"))]
            said = "; ".join(holders) or "that lock is gone by now"
            raise OperationError(f"{error.message}: {said}. Nothing was changed.", error.next_step) from None
        with connect(server.url(copy)) as connection:
            if revision != BASE:
                table = sql.Identifier(SCHEMA, VERSION_TABLE)
                connection.execute(sql.SQL("insert into {} values (%s)").format(table), (revision,))
            catalog = without_anything_own(read(connection))
        yield Rehearsal(config, server, copy, catalog)


def _files(connection: Connection) -> dict[int, tuple[str, int]]:
    return {int(row[0]): (str(row[1]), int(row[2] or 0)) for row in connection.execute(query("relation_files"))}


def _locks(connection: Connection, existing: dict[int, tuple[str, int]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for oid, mode in connection.execute(query("locks_taken")):
        if oid in existing and mode in _STOPS_WRITERS:
            name = existing[oid][0]
            if name not in found or _STRENGTH.index(mode) > _STRENGTH.index(found[name]):
                found[name] = str(mode)
    return dict(sorted(found.items()))
