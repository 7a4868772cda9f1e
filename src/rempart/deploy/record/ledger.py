"""The ledger of deployments in the target database: append-only, each entry bound to the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from rempart.deploy.queries import query
from rempart.deploy.record.canonical import canonical
from rempart.errors import OperationError, UsageError
from rempart.own_objects import LEDGER, MARKER, SCHEMA, VERSION_TABLE
from rempart.postgres.server import masked, said_by

Connection = psycopg.Connection[Any]

ENDS = ("finished", "failed", "refused", "interrupted")
"""The kinds of entries that end a deployment."""
_BEGINNINGS = ("started", "adopted")  # an adoption is one transaction: its entry tells that it is committed
_UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Marker:
    """What a database says of itself, from its first deployment on.

    Attributes:
        environment: The environment it is the database of.
        database: A random name, which no other database has; a copy of this one has it too.
    """

    environment: str
    database: str


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger.

    Attributes:
        number: 1, 2, 3 and so on.
        at: When it was written, by the clock of the server; the order is by number, never by time.
        kind: What it tells: started, adopted, step, revision; and see `ENDS`.
        deployment: Which deployment it belongs to.
        content: What happened.
        previous: Digest of the entry before it; of the first one, see `origin`.
        digest: SHA-256 of all of this.
    """

    number: int
    at: datetime
    kind: str
    deployment: str
    content: Mapping[str, Any]
    previous: str
    digest: str


def ensure(connection: Connection) -> None:
    """Make the ledger and the marker's table where they are missing, owned by the current role and closed to others.

    What is there is left alone: a guard that was taken away is not put back in silence.

    Args:
        connection: A session; a transaction that is open becomes the ledger's too.

    Raises:
        OperationError: The role may not make it, or its guards are not as they were made.
    """
    with _translated("the deployment ledger could not be made"):
        if not exists(connection):
            with _atomic(connection):
                _run(connection, query("ledger_create_lock"))
                _run(connection, _sql_of_revisions("create_schema.sql"))
                _run(connection, query("ledger_create"))
                for table in (LEDGER, MARKER):
                    # What closes the version table closes any table of the schema.
                    closing = _sql_of_revisions("close_version_table.sql").as_string()
                    _run(connection, sql.SQL(closing.replace(VERSION_TABLE, table)))
                _run(connection, query("ledger_close_guard"))
    if missing := guard_problems(connection):
        raise OperationError(
            f"the deployment ledger is not protected any more: {'; '.join(missing)}.",
            "Find out who changed that, and check the record with rempart evidence verify;"
            f" then put it back as the owner (alter table {SCHEMA}.{LEDGER} enable always trigger …).",
        )


def exists(connection: Connection) -> bool:
    """Whether a database has a ledger and a marker's table.

    Args:
        connection: A session of any role.
    """
    return _tables(connection) == {LEDGER, MARKER}


def guard_problems(connection: Connection) -> list[str]:
    """What of the protection of the ledger and the marker is not as it was made.

    Args:
        connection: A session of any role.

    Returns:
        One text for each thing; none when all is well, or when there is no ledger.
    """
    with _translated("the deployment ledger could not be looked at"):
        found = [str(row[0]) for row in _run(connection, query("ledger_guards"))]
        bodies = [str(row[0]) for row in _run(connection, query("ledger_guard_body"))]
        made = query("ledger_create").as_string()
        if _tables(connection) and not any(f"$guard${body}$guard$" in made for body in bodies):
            found.append("the function that refuses changes is missing or another one")
        return found


def marker(connection: Connection) -> Marker | None:
    """What a database says it is.

    Args:
        connection: A session of the owner.

    Returns:
        The marker; None when there is none.

    Raises:
        OperationError: The role may not read it.
    """
    if MARKER not in _tables(connection):
        return None
    with _translated("the environment marker could not be read"):
        rows = _run(connection, query("ledger_marker"))
    return Marker(str(rows[0][0]), str(rows[0][1])) if rows else None


def mark(connection: Connection, environment: str) -> Marker:
    """Write into a database which environment it is; once and for all.

    Args:
        connection: A session of the owner; the ledger must be there.
        environment: Name of the environment.

    Returns:
        The marker, the earlier one when it says the same.

    Raises:
        UsageError: The database is marked as another environment.
        OperationError: It could not be written.
    """
    with _translated("the environment marker could not be written"), _atomic(connection):
        _run(connection, query("ledger_mark"), {"environment": environment})
        found = marker(connection)
    if found is None:
        raise OperationError(
            "the environment marker was written by somebody else just now and cannot be seen yet.", "Run it again."
        )
    if found.environment != environment:
        raise UsageError(
            f"the database says it is {found.environment}, and it was to be marked as {environment}.",
            "Check the URL of the environment: this is the database of another one, or a copy of it.",
        )
    return found


def append(connection: Connection, kind: str, deployment: str, content: Mapping[str, Any]) -> Entry:
    """Add an entry.

    In a transaction that is open, the entry is part of it, and other writers wait for its end, as long as their
    lock_timeout lets them. Passwords in the content are masked.

    Args:
        connection: A session of the owner.
        kind: What the entry tells.
        deployment: Which deployment it belongs to.
        content: What happened; anything that JSON can hold.

    Returns:
        The entry as it was written.

    Raises:
        OperationError: There is no ledger or no marker, another writer did not end in time, or it was refused.
    """
    text = canonical(without_passwords(content))
    with _translated("the entry could not be added to the deployment ledger"), _atomic(connection):
        _run(connection, query("ledger_lock"))
        number, head, database, at = _run(connection, query("ledger_head"))[0]
        if database is None:
            raise OperationError(
                "the database is not marked as any environment, and its ledger cannot begin.", "Mark it first."
            )
        made = _entry((number or 0) + 1, at, kind, deployment, text, head or origin(database))
        values = {"number": made.number, "at": at, "kind": kind, "deployment": deployment, "content": text}
        _run(connection, query("ledger_append"), {**values, "previous": made.previous, "digest": made.digest})
    return made


def entries(connection: Connection) -> list[Entry]:
    """The whole ledger, by number.

    Args:
        connection: A session of the owner.

    Returns:
        The entries; none when there is no ledger. See `problems` for whether they can be believed.

    Raises:
        OperationError: The role may not read it.
    """
    if LEDGER not in _tables(connection):
        return []
    with _translated("the deployment ledger could not be read"):
        rows = _run(connection, query("ledger_entries"))
    return [
        Entry(number, _moment(at), kind, deployment, _content(content), previous, digest)
        for number, at, kind, deployment, content, previous, digest in rows
    ]


def unfinished(entries: Sequence[Entry]) -> list[Entry]:
    """The beginnings of the deployments that have no end.

    Args:
        entries: The ledger.
    """
    ended = {entry.deployment for entry in entries if entry.kind in ENDS}
    return [entry for entry in entries if entry.kind in _BEGINNINGS and entry.deployment not in ended]


def problems(entries: Sequence[Entry]) -> list[str]:
    """What is wrong with a chain of entries.

    Args:
        entries: The entries, in the order in which they are to be judged.

    Returns:
        One text for each thing; none when every entry is whole and follows the one before it.
    """
    found = []
    before: Entry | None = None
    for entry in entries:
        expected = 1 if before is None else before.number + 1
        if entry.number > expected:
            gone = str(expected) if entry.number == expected + 1 else f"{expected} to {entry.number - 1}"
            found.append(f"entry {gone} of the ledger is missing")
        elif entry.number < expected:
            found.append(f"entry {entry.number} of the ledger is out of order: {expected} was to come")
        if entry.digest != digest_of(entry):
            found.append(f"entry {entry.number} of the ledger ({entry.kind}) was edited: its digest is another one")
        if before is not None and entry.previous != before.digest:
            found.append(f"entry {entry.number} of the ledger ({entry.kind}) does not follow entry {before.number}")
        before = entry
    return found


def origin(database: str) -> str:
    """What the first entry of a database follows: a chain of another database never fits.

    Args:
        database: The database's name in its marker.
    """
    return hashlib.sha256(database.encode()).hexdigest()


def digest_of(entry: Entry) -> str:
    """The digest that an entry must have.

    Args:
        entry: The entry; its own digest is not looked at.
    """
    value = {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "kind": entry.kind,
        "deployment": entry.deployment,
        "content": entry.content,
        "previous": entry.previous,
    }
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def without_passwords(value: Any) -> Any:
    """The same value with the passwords of every URL in its texts masked.

    Args:
        value: Anything that JSON can hold.
    """
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {key: without_passwords(one) for key, one in value.items()}
    return [without_passwords(one) for one in value] if isinstance(value, list | tuple) else value


def _entry(number: int, at: str, kind: str, deployment: str, text: str, previous: str) -> Entry:
    bare = Entry(number, _moment(at), kind, deployment, json.loads(text), previous, "")
    return Entry(number, bare.at, kind, deployment, bare.content, previous, digest_of(bare))


def _moment(text: str) -> datetime:
    """A moment of the ledger; one that cannot be was never written by this module, and spoils the digest."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _content(text: str) -> Mapping[str, Any]:
    """The content of a stored entry; a text that this module would not have written spoils the digest."""
    try:
        value = json.loads(text)
        if isinstance(value, dict) and canonical(value) == text:
            return value
    except (ValueError, RecursionError):
        pass
    return {_UNREADABLE: text}


def _tables(connection: Connection) -> set[str]:
    with _translated("the database could not be asked for its deployment ledger"):
        return {str(row[0]) for row in _run(connection, query("ledger_tables"))}


def _run(connection: Connection, statement: sql.SQL, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Run a statement, whatever rows the caller's cursors make; several executions are never prepared."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(statement, values, prepare=False)
        return cursor.fetchall() if cursor.description is not None else []


@contextmanager
def _atomic(connection: Connection) -> Iterator[None]:
    """Do all or nothing: a transaction of one's own, or a part of the caller's."""
    if not connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE:
        # The caller's transaction begins with its first statement; psycopg would take it for one to be committed here.
        connection.execute("select")
    with connection.transaction():
        yield


@contextmanager
def _translated(failure: str) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.LockNotAvailable:
        raise OperationError(
            f"{failure}: another transaction writes to it, and did not end within the lock_timeout.",
            "Wait for the other deployment to end, then run it again.",
        ) from None
    except psycopg.errors.InsufficientPrivilege as error:
        raise OperationError(
            f"{failure}: {_said(error)}.", f"Connect as the owner of the schema {SCHEMA}, the role that runs revisions."
        ) from None
    except psycopg.errors.UndefinedTable as error:
        raise OperationError(f"{failure}: {_said(error)}.", "The first rempart apply makes the ledger.") from None
    except psycopg.Error as error:
        raise OperationError(
            f"{failure}: {_said(error)}.", "See the message of the server, then run it again."
        ) from None


def _said(error: psycopg.Error) -> str:
    return said_by(error).rstrip(".")


def _sql_of_revisions(name: str) -> sql.SQL:
    return sql.SQL(resources.files("rempart.revisions").joinpath("sql", name).read_text(encoding="utf-8"))
