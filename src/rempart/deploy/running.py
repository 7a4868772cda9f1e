"""Revisions run on a database, each in its own transaction, again when a lock is not had."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection as EngineConnection
from sqlalchemy.exc import SQLAlchemyError

from rempart.config import Config
from rempart.deploy.resuming import Resumption, invalid_indexes
from rempart.deploy.session_limits import limit
from rempart.deploy.steps import BASE, UPGRADE, Step
from rempart.deploy.target import Connection
from rempart.deploy.watching import Watch, watching
from rempart.errors import OperationError, RempartError
from rempart.postgres.server import said_by
from rempart.revisions import environment, runner
from rempart.revisions.options import ALLOW_DATA_LOSS

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 10.0  # seconds
_AGAIN = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


@dataclass(frozen=True)
class Limits:
    """How long revisions may wait and run.

    Attributes:
        lock_timeout: For locks.
        statement_timeout: For a statement.
        attempts: How often a revision is tried when a lock is not had.
    """

    lock_timeout: timedelta
    statement_timeout: timedelta
    attempts: int


@dataclass
class Hooks:
    """What is done around each revision.

    Attributes:
        starting: Before a revision begins, outside of any transaction; with whether an earlier try was left unfinished.
        before_commit: In its transaction, at the end; what it raises rolls the revision back.
        committed: After its transaction; with the seconds it took and the number of attempts.
        note: Told what a person should know.
    """

    before_commit: Callable[[Step, Connection], None]
    starting: Callable[[Step], bool] = lambda _step: False
    committed: Callable[[Step, float, int], None] = lambda _step, _seconds, _attempts: None
    note: Callable[[str], None] = lambda _message: None


@dataclass
class _Run:
    """One pass of Alembic over the steps that are left."""

    steps: Sequence[Step]
    hooks: Hooks
    watch: Watch
    limits: Limits
    resumption: Resumption
    attempts: dict[str, int]
    at: int = 0
    begun: float = field(default_factory=time.monotonic)

    def begin(self) -> None:
        """The next revision begins."""
        step = self.steps[self.at]
        self.attempts[step.revision] = self.attempts.get(step.revision, 0) + 1
        self.begun = time.monotonic()
        self.watch.begin(self.limits.lock_timeout.total_seconds() if step.transactional else None)
        self.resumption.begun_before = self.hooks.starting(step)

    def on_step(self, *, ctx: Any, **_: Any) -> None:
        """Alembic's hook: a revision has run and is not committed."""
        driver = ctx.connection.connection.driver_connection
        self.hooks.before_commit(self.steps[self.at], driver)

    def finish(self) -> None:
        """The transaction of the current revision was committed."""
        step = self.steps[self.at]
        self.hooks.committed(step, time.monotonic() - self.begun, self.attempts[step.revision])
        self.at += 1


def run_steps(
    url: str,
    config: Config,
    steps: Sequence[Step],
    hooks: Hooks,
    limits: Limits,
    observer: Connection,
    *,
    allow_data_loss: bool = False,
) -> None:
    """Run revisions.

    Args:
        url: The database.
        config: The project.
        steps: The revisions, all in one direction.
        hooks: What is done around each.
        limits: How long they may take.
        observer: Another session on the same database, which watches.
        allow_data_loss: Whether a downgrade may lose rows.

    Raises:
        OperationError: A revision failed and was rolled back; those before it stay.
        GateFailure: A check before its commit said no, with the same result.
    """
    if not steps:
        return
    engine = environment.owners_engine(
        url, statement_limit=limits.statement_timeout.total_seconds(), application_name="rempart revisions"
    )
    resumption = Resumption(engine, hooks.note)
    with engine.connect() as connection:
        driver = environment.driver_of(connection)
        with watching(observer, driver) as watch:
            left, attempts = list(steps), dict[str, int]()
            while left:
                run = _Run(left, hooks, watch, limits, resumption, attempts)
                try:
                    limit(driver, limits.lock_timeout, limits.statement_timeout)
                    _pass(connection, config, run, allow_data_loss=allow_data_loss)
                except Exception as error:
                    if run.at == len(left):
                        raise
                    step = left[run.at]
                    if not _is_worth_another(error, watch) or attempts.get(step.revision, 0) >= limits.attempts:
                        raise _told(error, step, run, observer) from error
                    pause = pause_after(attempts[step.revision])
                    hooks.note(
                        f"revision {step.revision}: a lock was not had within {_seconds(limits.lock_timeout)}"
                        f"{f' ({watch.blocked_by})' if watch.blocked_by else ''};"
                        f" attempt {attempts[step.revision]} of {limits.attempts}, again in {pause:.1f} s"
                    )
                    _roll_back(connection, error)
                    time.sleep(pause)
                left = left[run.at :]


def _pass(connection: EngineConnection, config: Config, run: _Run, *, allow_data_loss: bool) -> None:
    """Run what is left, to the end or to the first failure."""
    alembic_config = runner.configured(config)
    alembic_config.attributes.update(
        {
            environment.CONNECTION: connection,
            environment.ON_STEP: run.on_step,
            ALLOW_DATA_LOSS: allow_data_loss,
        }
    )
    with runner.translated_errors():
        script = ScriptDirectory.from_config(alembic_config)
        with EnvironmentContext(alembic_config, script, fn=partial(_in_turn, script, run)):
            script.run_env()
    if run.at < len(run.steps):
        raise OperationError(
            f"revision {run.steps[run.at].revision} was not run: the database is somewhere else than it was",
            "Run the same command again; another deployment may have been at work.",
        )


def _in_turn(script: ScriptDirectory, run: _Run, heads: Any, _context: Any) -> Iterator[Any]:
    """Hand the steps to Alembic one by one: it asks for the next when it has committed the one before."""
    last = run.steps[-1]
    if last.direction == UPGRADE:
        found = script._upgrade_revs(last.revision, heads)
    else:
        revision = script.get_revision(last.revision)
        found = script._downgrade_revs(str(revision.down_revision or BASE) if revision else BASE, heads)
    if [step.revision.revision for step in found] != [step.revision for step in run.steps]:
        return
    for step in found:
        run.begin()
        yield step
        run.finish()


def _is_worth_another(error: BaseException | None, watch: Watch) -> bool:
    """Whether a lock was not had, and the next attempt may have it."""
    while error is not None:
        original = getattr(error, "orig", error)
        if isinstance(original, _AGAIN):
            return True
        if isinstance(original, psycopg.errors.QueryCanceled) and watch.cancelled:
            return True
        error = error.__cause__ or error.__context__
    return False


def pause_after(attempts: int) -> float:
    """Seconds until the next attempt: twice as long each time, and never the same for two deployments.

    Args:
        attempts: How many there were.
    """
    longest: float = min(_FIRST_PAUSE * 2 ** (attempts - 1), _LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.0)


def _roll_back(connection: EngineConnection, error: Exception) -> None:
    try:
        connection.rollback()
    except (psycopg.Error, SQLAlchemyError):
        raise error from None


def _told(error: Exception, step: Step, run: _Run, observer: Connection) -> RempartError:
    """The error for people: what failed, why, and what is left of it."""
    told = error if isinstance(error, RempartError) else _translated(error, step)
    if step.revision not in told.message:
        told = type(told)(f"the {step.direction} of revision {step.revision} failed: {told.message}", told.next_step)
    if _is_worth_another(error, run.watch) and run.watch.blocked_by:
        told = OperationError(
            f"{told.message}; after {run.attempts[step.revision]} attempts {run.watch.blocked_by}",
            "End that session, or deploy when it has ended; nothing queues behind this command now.",
        )
    if step.transactional:
        return told
    try:
        left = invalid_indexes(observer)
    except psycopg.Error:
        return told
    if left:
        remains = f"; left INVALID, and rebuilt by the next run: {', '.join(left)}"
        return type(told)(told.message + remains, told.next_step)
    return told


def _translated(error: Exception, step: Step) -> OperationError:
    return OperationError(
        f"the {step.direction} of revision {step.revision} failed: {said_by(error)}",
        "Run the same command again: what was committed is not run twice.",
    )


def _seconds(limit: timedelta) -> str:
    return f"{limit.total_seconds():g} s"
