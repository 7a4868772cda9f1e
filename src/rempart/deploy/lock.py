"""One deployment at a time: an advisory lock, held by a session of its own for as long as the deployment lasts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from rempart.deploy.queries import query
from rempart.deploy.target import Connection, Target
from rempart.errors import OperationError

_KEY = {"class": 1380277584, "object": 1}  # 'REMP'
_POLL_SECONDS = 0.25


class DeploymentLock:
    """The lock, once it is had.

    Args:
        connection: The session that holds it.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def check(self) -> None:
        """Make sure that it is still held.

        Raises:
            OperationError: The session that held it is gone: another deployment may have begun.
        """
        try:
            row = self.connection.execute(query("lock_held"), _KEY).fetchone()
        except psycopg.Error:
            row = None
        if row is None or not row[0]:
            raise OperationError(
                "the session that held the deployment lock is gone: another deployment may have begun",
                "Check the network between here and the server, then run the same command again.",
            )


@contextmanager
def deployment_lock(target: Target, purpose: str, wait: float, step: Callable[[str], None]) -> Iterator[DeploymentLock]:
    """Hold the lock of a database.

    Args:
        target: The database.
        purpose: What it is taken for, which whoever waits for it is told.
        wait: Seconds to wait for another deployment to end.
        step: Told whom it waits for.

    Raises:
        OperationError: Another deployment holds it; says which.
    """
    with target.connection(purpose) as connection:
        # The session sits idle while revisions run: nothing but its own end may take the lock away.
        connection.execute("select pg_catalog.set_config('idle_session_timeout', '0', false)")
        deadline = time.monotonic() + wait
        while not _taken(connection):
            holder = _holder(connection)
            if time.monotonic() >= deadline:
                raise OperationError(
                    f"another deployment holds the lock of {target.name}: {holder}",
                    "Wait for it to end (--wait SECONDS), or end that session if its process is gone.",
                )
            step(f"waiting for another deployment: {holder}")
            time.sleep(_POLL_SECONDS)
        yield DeploymentLock(connection)


def holder_of(connection: Connection) -> str | None:
    """Who holds the lock of a database now; None when nobody does.

    Args:
        connection: A session on it.
    """
    found = connection.execute(query("lock_holder"), _KEY).fetchall()
    if not found:
        return None
    pid, application, user, address, since = found[0]
    return f"{application or 'an unnamed session'} (process {pid}, role {user}, from {address}, for {since})"


def _taken(connection: Connection) -> bool:
    row = connection.execute(query("lock_try"), _KEY).fetchone()
    return row is not None and bool(row[0])


def _holder(connection: Connection) -> str:
    return holder_of(connection) or "one that has just ended"
