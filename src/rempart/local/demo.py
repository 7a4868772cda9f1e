"""The demonstration: a whole database in a temporary folder, tried, measured and removed again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from rempart.access.personas import Persona, load_personas
from rempart.access.probe import (
    Attempt,
    Outcome,
    Relation,
    count_rows,
    relations,
    try_functions,
    try_reads,
    try_writes,
)
from rempart.config import Config
from rempart.errors import UsageError
from rempart.integrity.evaluate import Alert, active_alerts, rows_by_id, synchronise
from rempart.local.sample import load
from rempart.postgres import databases, platform
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server, connect
from rempart.revisions import runner
from rempart.revisions.history import Revision, revisions

Step = Callable[[str], None]


@dataclass(frozen=True)
class Applied:
    """What was applied.

    Attributes:
        server: Kind and version of the server.
        revisions: The revisions, in order.
        start_seconds: Seconds from nothing to a server with the platform stand-in.
        upgrade_seconds: Seconds the revisions took.
        sample_seconds: Seconds the sample data took.
    """

    server: str
    revisions: list[Revision]
    start_seconds: float
    upgrade_seconds: float
    sample_seconds: float


@dataclass(frozen=True)
class IntegrityShown:
    """The alerts after a first sync, and what a second one changed.

    Attributes:
        first: Counts of the first sync.
        second: Counts of the second sync.
        alerts: The active alerts.
        changed: The columns of alerts that the second sync changed.
    """

    first: dict[str, int]
    second: dict[str, int]
    alerts: list[Alert]
    changed: list[str]


@dataclass(frozen=True)
class AccessShown:
    """Who sees what.

    Attributes:
        personas: Who was tried, in order.
        relations: What was read.
        totals: The rows there are, by qualified name.
        reads: What each persona got, by persona name and qualified name.
    """

    personas: list[Persona]
    relations: list[Relation]
    totals: dict[str, int]
    reads: dict[str, dict[str, Attempt]]


@dataclass(frozen=True)
class AnonVerdict:
    """What the anonymous session got of everything there is.

    Attributes:
        persona: Who tried.
        reads: An attempt to read each relation of every schema but the system catalogs.
        functions: An attempt to call each function of the project.
        writes: Every attempt to write.
        empty: Relations that hold no row, so that only a refusal shows anything.
    """

    persona: Persona
    reads: list[Attempt]
    functions: list[Attempt]
    writes: list[Attempt]
    empty: list[str]

    @property
    def rows_readable(self) -> int:
        """Rows it could read."""
        return sum(attempt.rows for attempt in self.reads)

    @property
    def executable(self) -> list[Attempt]:
        """Calls that were not refused."""
        return [attempt for attempt in self.functions if attempt.outcome is not Outcome.REFUSED]

    @property
    def written(self) -> list[Attempt]:
        """Attempts to write that succeeded."""
        return [attempt for attempt in self.writes if attempt.outcome is Outcome.DONE]

    @property
    def undecided(self) -> list[Attempt]:
        """Attempts that neither were refused nor succeeded: they show nothing and fail the verdict."""
        attempts = [*self.reads, *self.writes]
        return [a for a in attempts if a.outcome in (Outcome.UNDECIDED, Outcome.NOTHING)]

    @property
    def nothing(self) -> bool:
        """Whether every single attempt was refused."""
        return not (self.rows_readable or self.executable or self.written or self.undecided)


@dataclass(frozen=True)
class Demonstration:
    """All that the demonstration found out."""

    applied: Applied
    integrity: IntegrityShown
    access: AccessShown
    anon: AnonVerdict


def demonstrate(config: Config, major: int, step: Step) -> Demonstration:
    """Build the project's database with its sample data on a throw-away server, and try it.

    Args:
        config: The project.
        major: Major version of the embedded Postgres.
        step: Receives what is being done.

    Raises:
        RempartError: The server, the platform, a revision or the sample data failed; nothing is left behind.
    """
    started = time.monotonic()
    step("starting Postgres")
    with temporary_server(major) as server:
        database = config.database
        databases.create(server, database)
        platform.install(server, database, config.platform, config.owner)
        start_seconds = time.monotonic() - started

        step("applying revisions")
        upgrade_seconds = _timed(partial(runner.upgrade, server.url(database, config.owner), "head", config))
        step("entering the sample data")
        sample_seconds = _timed(partial(load, server.url(database), config))
        applied = Applied(server.label, revisions(config), start_seconds, upgrade_seconds, sample_seconds)
        step("syncing the integrity alerts")
        integrity = _integrity(server, config)
        step("becoming each persona")
        return Demonstration(applied, integrity, _access(server, config), _anon(server, config))


def _timed(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def _integrity(server: Server, config: Config) -> IntegrityShown:
    with connect(server.url(config.database, config.owner)) as owner:
        first = synchronise(owner, config)
        before = rows_by_id(owner, config)
        second = synchronise(owner, config)
        after = rows_by_id(owner, config)
        changed = {
            column
            for key in before.keys() | after.keys()
            for column in {**before.get(key, {}), **after.get(key, {})}
            if before.get(key, {}).get(column) != after.get(key, {}).get(column)
        }
        return IntegrityShown(first, second, active_alerts(owner, config), sorted(changed))


def _access(server: Server, config: Config) -> AccessShown:
    personas = [persona for persona in load_personas(config).values() if persona.label]
    with (
        connect(server.url(config.database)) as catalog,
        connect(server.url(config.database, config.gateway_role)) as gateway,
    ):
        found = [r for r in relations(catalog) if r.schema in config.exposed_schemas]
        reads = {
            persona.name: {a.subject: a for a in try_reads(gateway, persona, found, config)} for persona in personas
        }
        return AccessShown(personas, found, count_rows(catalog, found), reads)


def _anon(server: Server, config: Config) -> AnonVerdict:
    persona = _anonymous(config)
    with (
        connect(server.url(config.database)) as catalog,
        connect(server.url(config.database, config.gateway_role)) as gateway,
    ):
        found = relations(catalog)
        totals = count_rows(catalog, found)
        return AnonVerdict(
            persona=persona,
            reads=try_reads(gateway, persona, found, config),
            functions=try_functions(gateway, catalog, persona, config),
            writes=try_writes(gateway, persona, found, config),
            empty=[name for name, rows in totals.items() if not rows],
        )


def _anonymous(config: Config) -> Persona:
    for persona in load_personas(config).values():
        if persona.role == config.anonymous_role:
            return persona
    raise UsageError(
        f"{config.personas} has no persona of role {config.anonymous_role}.",
        next_step="add one: what it can reach is what anybody on the internet can",
    )
