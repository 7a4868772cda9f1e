"""How long a session of a deployment may wait and work, and how soon the server notices that its client is gone."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg

from rempart.deploy.queries import query


def limit(connection: psycopg.Connection[Any], lock_timeout: timedelta, statement_timeout: timedelta) -> None:
    """Limit a session, for as long as it lasts.

    Args:
        connection: The session, not in a transaction.
        lock_timeout: How long it may wait for a lock.
        statement_timeout: How long a statement may take.
    """
    with connection.transaction():
        values = {"lock": _milliseconds(lock_timeout), "statement": _milliseconds(statement_timeout)}
        connection.execute(query("session_limits"), values)
    # A statement of a client that was killed ends then, and does not hold its locks to its own end. Not every
    # operating system can tell a server so.
    with suppress(psycopg.errors.InvalidParameterValue), connection.transaction():
        connection.execute("select pg_catalog.set_config('client_connection_check_interval', '1s', false)")


def _milliseconds(duration: timedelta) -> str:
    return str(round(duration.total_seconds() * 1000))
