"""A session that cannot write: every transaction in it is READ ONLY, and nothing in it waits for long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from rempart.postgres.server import connect

Connection = psycopg.Connection[Any]

STATEMENT_SECONDS = 10
LOCK_SECONDS = 2


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """Open a session that only reads.

    Transactions are begun READ ONLY, and statements outside of one are so by default: Postgres itself refuses to write,
    in a function or a view's query too. Behind a pooler that gives each transaction another server session, the first
    of the two still holds.

    Args:
        url: libpq URI of the database; any role that may connect.

    Raises:
        UsageError: The URL cannot be understood.
        OperationError: The server does not answer or does not let us in.
    """
    with connect(url) as connection:
        connection.read_only = True
        # A prepared statement outlives its server session behind a pooler.
        connection.prepare_threshold = None
        for setting, value in (
            ("default_transaction_read_only", "on"),
            ("statement_timeout", f"{STATEMENT_SECONDS}s"),
            ("lock_timeout", f"{LOCK_SECONDS}s"),
            ("idle_in_transaction_session_timeout", "60s"),
        ):
            connection.execute("select pg_catalog.set_config(%s, %s, false)", (setting, value))
        yield connection


@contextmanager
def attempt(connection: Connection) -> Iterator[None]:
    """Run statements in a savepoint that is always rolled back.

    Args:
        connection: A session in a transaction.

    Raises:
        psycopg.Error: A statement failed; the transaction goes on.
    """
    with connection.transaction(force_rollback=True):
        yield
