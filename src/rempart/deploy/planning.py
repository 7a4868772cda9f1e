"""The plan of a deployment: what would run on the target, and what it would do there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from rempart.config import Config
from rempart.deploy.planfile import SHORT, id_of
from rempart.deploy.queries import query
from rempart.deploy.rehearsal import Effect, Rehearsal
from rempart.deploy.session_limits import limit
from rempart.deploy.steps import BASE, DOWNGRADE, Step
from rempart.deploy.target import Connection, Facts, Target
from rempart.errors import OperationError
from rempart.revisions import runner
from rempart.revisions.environment import driver_of, owners_engine

_MEGABYTE = 1024 * 1024
_SECONDS_UP_TO, _MINUTES_UP_TO = 100 * _MEGABYTE, 10 * 1024 * _MEGABYTE
_WAYS = {
    "AccessExclusiveLock": "readers and writers",
    "ExclusiveLock": "writers",
    "ShareRowExclusiveLock": "writers",
    "ShareLock": "writers",
}


class Duration(StrEnum):
    """How long a revision is expected to take."""

    INSTANT = "instant"
    """No row is touched."""
    SECONDS = "seconds"
    MINUTES = "minutes"
    LONG = "long"
    UNBOUNDED = "as long as the oldest transaction"
    """It runs outside of a transaction, and waits for those that began before it."""


@dataclass(frozen=True)
class Impact:
    """What a revision does to those who work with the database meanwhile.

    Attributes:
        stops: For each table that exists already, whom its lock stops.
        touched: For each table that is rewritten or read from end to end, which of the two, and its size in bytes.
        duration: How long it is expected to take.
    """

    stops: Mapping[str, str]
    touched: Mapping[str, tuple[str, int]]
    duration: Duration


@dataclass(frozen=True)
class Plan:
    """What would run on a target.

    Attributes:
        operation: `apply` or `rollback`.
        environment: Name of the environment.
        facts: What its database says of itself.
        state: Fingerprint of its catalog.
        start: Where it is.
        goal: Where it is to be.
        steps: The revisions on the way.
        effects: What each did on a copy.
        impacts: What each would do to others.
        requested_by: Who asks for it.
        created_at: When, by the server's clock.
    """

    operation: str
    environment: str
    facts: Facts
    state: str
    start: str
    goal: str
    steps: tuple[Step, ...]
    effects: tuple[Effect, ...]
    impacts: tuple[Impact, ...]
    requested_by: str
    created_at: datetime

    @property
    def content(self) -> dict[str, Any]:
        """What the file of the plan says."""
        marker = self.facts.marker
        said: dict[str, Any] = {
            "version": 1,
            "operation": self.operation,
            "environment": self.environment,
            "database": marker.database if marker else None,
            "state": self.state,
            "from": self.start,
            "to": self.goal,
            "revisions": [
                {"revision": one.revision, "direction": one.direction, "sha256": one.sha256} for one in self.steps
            ],
        }
        return {
            **said,
            "plan": id_of(said),
            "requested_by": self.requested_by,
            "created_at": self.created_at.isoformat(),
        }

    @property
    def id(self) -> str:
        """Its id: the same plan of the same state has the same."""
        return str(self.content["plan"])

    @property
    def rollback(self) -> str:
        """What takes the deployment back."""
        return way_back(self.operation, self.environment, self.start)


def way_back(operation: str, environment: str, start: str) -> str:
    """The command that takes a deployment back; of an adoption, what to do instead.

    Args:
        operation: What it did; after a rollback the way back leads forwards.
        environment: Where.
        start: The revision that it began at.
    """
    if operation == "adopt":
        return "restore the backup that was taken before: there is no other way back"
    command = "apply" if operation == "rollback" else "rollback"
    return f"rempart {command} --env {environment} --to {start}"


def plan_of(
    target: Target,
    facts: Facts,
    rehearsed: Rehearsal,
    steps: Sequence[Step],
    start: str,
    goal: str,
    connection: Connection,
    requested_by: str,
) -> Plan:
    """Put a plan together.

    Args:
        target: The environment.
        facts: What its database says of itself.
        rehearsed: The copy on which the revisions ran.
        steps: The revisions.
        start: Where the database is.
        goal: Where it is to be.
        connection: A session on the target, which is asked for the sizes of its tables.
        requested_by: Who asks for the plan.
    """
    sizes = {str(row[0]): int(row[1]) for row in connection.execute(query("table_sizes"))}
    return Plan(
        operation="rollback" if steps and steps[0].direction == DOWNGRADE else "apply",
        environment=target.name,
        facts=facts,
        state=rehearsed.state,
        start=start,
        goal=goal,
        steps=tuple(steps),
        effects=tuple(rehearsed.effects),
        impacts=tuple(_impact(effect, sizes) for effect in rehearsed.effects),
        requested_by=requested_by,
        created_at=server_time(connection),
    )


def write_plan(config: Config, plan: Plan) -> Path:
    """Write the file of a plan, for those who approve it; one that is there stays.

    Args:
        config: The project.
        plan: The plan.

    Raises:
        OperationError: It cannot be written.
    """
    file = config.deployment.evidence / plan.environment / "plans" / f"{plan.id[:SHORT]}.json"
    if not file.exists():
        half = file.with_suffix(".part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            half.write_text(json.dumps(plan.content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            half.replace(file)
        except OSError as error:
            with suppress(OSError):
                half.unlink(missing_ok=True)
            raise OperationError(
                f"the plan could not be written to {file.parent}: {error.strerror}. Nothing was changed.",
                "Make room, or the folder writable, then run the same command again.",
            ) from None
    return file


def server_time(connection: Connection) -> datetime:
    """The time by the server's clock, which all deployments to it share.

    Args:
        connection: A session on it.
    """
    row = connection.execute("select pg_catalog.clock_timestamp()").fetchone()
    assert row is not None
    found: datetime = row[0]
    return found


def revision_of(target: Target) -> str:
    """Where a database is: a revision, or `base`.

    Args:
        target: The environment.

    Raises:
        OperationError: It cannot be reached, does not answer within the environment's limits, or is at several
            revisions at once.
    """
    lock_timeout, statement_timeout = target.environment.lock_timeout, target.environment.statement_timeout
    engine = owners_engine(
        target.url,
        variable=target.environment.url_env,
        statement_limit=statement_timeout.total_seconds(),
        application_name="rempart revision",
    )
    with engine.connect() as connection:
        limit(driver_of(connection), lock_timeout, statement_timeout)
        return runner.current(connection, target.config) or BASE


def _impact(effect: Effect, sizes: Mapping[str, int]) -> Impact:
    touched = {name: ("rewritten", sizes.get(name, 0)) for name in effect.rewritten}
    touched |= {name: ("read", sizes.get(name, 0)) for name in effect.scanned if name not in touched}
    stops = {name: _WAYS.get(mode, "writers") for name, mode in effect.locks.items()}
    return Impact(stops, touched, _duration(effect.step, touched))


def _duration(step: Step, touched: Mapping[str, tuple[str, int]]) -> Duration:
    if not step.transactional:
        return Duration.UNBOUNDED
    size = sum(size for _, size in touched.values())
    if not touched:
        return Duration.INSTANT
    if size <= _SECONDS_UP_TO:
        return Duration.SECONDS
    return Duration.MINUTES if size <= _MINUTES_UP_TO else Duration.LONG
