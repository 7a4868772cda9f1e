"""Sessions made the way the REST gateway makes them, and what came of a statement tried in one.

Shares no code with what it judges: the gateway's login role begins, becomes the request's role and sets the
claims of its token, all for one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

DENIED = "42501"
LOGIN = "authenticator"


def named(name: str) -> UUID:
    """The id of what tests/world.sql calls by a name: md5('name')::uuid."""
    return UUID(md5(name.encode(), usedforsecurity=False).hexdigest())


class Session(Protocol):
    """The Postgres role and the claims of a request."""

    @property
    def role(self) -> str: ...

    @property
    def claims(self) -> Mapping[str, Any]: ...


@contextmanager
def request(
    connection: psycopg.Connection[Any], role: str | None, claims: Mapping[str, Any]
) -> Iterator[psycopg.Connection[Any]]:
    """One request: a transaction with claims, as a role or else as who is connected, rolled back at the end."""
    connection.prepare_threshold = None
    with connection.transaction(force_rollback=True):
        connection.execute("set local lock_timeout = '10s'")
        if role is not None:
            connection.execute(psycopg.sql.SQL("set local role {}").format(psycopg.sql.Identifier(role)))
        connection.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps(dict(claims)),))
        connection.execute("savepoint attempt")
        yield connection


def request_of(connection: psycopg.Connection[Any], persona: Session) -> Any:
    """One request of a persona."""
    return request(connection, persona.role, persona.claims)


def claims_of(user: str | UUID | None, role: str = "authenticated") -> dict[str, Any]:
    """The claims of a token: of an account of tests/world.sql by its name, or by its id."""
    if user is None:
        return {"role": role}
    return {"role": role, "sub": str(user if isinstance(user, UUID) else named(user))}


@dataclass(frozen=True)
class Outcome:
    """What came of a statement: the rows it touched or returned, or the error."""

    count: int = 0
    state: str | None = None
    message: str = ""

    @property
    def refused(self) -> bool:
        """Refused by privilege or by a policy's WITH CHECK."""
        return self.state == DENIED

    @property
    def nothing(self) -> bool:
        """Ran, and touched no row: denied only if the owner's same statement touches some."""
        return self.state is None and self.count == 0

    @property
    def succeeded(self) -> bool:
        """Ran, and touched rows."""
        return self.state is None and self.count > 0

    def __str__(self) -> str:
        if self.state is None:
            return f"{self.count} row(s)"
        return f"error {self.state}: {self.message}"


def attempt(
    connection: psycopg.Connection[Any],
    statement: Any,
    parameters: Mapping[str, Any] | Sequence[Any] | None = None,
    *,
    rows: list[Any] | None = None,
) -> Outcome:
    """Try a statement in a request and undo it, and say what came of it.

    Args:
        connection: One that `request` has given.
        statement: The statement.
        parameters: Its parameters.
        rows: Receives the rows it returned.
    """
    try:
        cursor = connection.execute(statement, parameters)
        if rows is not None:
            rows += cursor.fetchall()
        outcome = Outcome(max(cursor.rowcount, 0))
    except psycopg.Error as error:
        outcome = Outcome(state=error.sqlstate or "none", message=str(error.diag.message_primary or error))
    connection.execute("rollback to savepoint attempt")
    return outcome


def raw_attempts(connection: psycopg.Connection[Any], statements: Sequence[str]) -> list[Outcome]:
    """Do what `attempt` does for many statements, in few round trips; COPY can be tried too."""
    outcomes: list[Outcome] = []
    for start in range(0, len(statements), _BATCH):
        batch = statements[start : start + _BATCH]
        if any(statement.startswith("copy ") for statement in batch):  # not in a pipeline
            outcomes += [_attempt_copy(connection.pgconn, statement) for statement in batch]
        else:
            outcomes += _attempt_in_pipeline(connection.pgconn, batch)
    return outcomes


_BATCH = 64  # small enough for the socket's buffers, so that neither side waits for the other to read
_UNDO = b"rollback to savepoint attempt"


def _attempt_in_pipeline(wire: PGconn, statements: Sequence[str]) -> list[Outcome]:
    wire.enter_pipeline_mode()
    for statement in statements:
        for text in (statement.encode(), _UNDO):
            wire.send_query_params(text, None)
            wire.pipeline_sync()
    outcomes = []
    for _ in statements:
        outcomes.append(_outcome(_pipelined(wire)))
        undone = _pipelined(wire)
        assert undone.status == ExecStatus.COMMAND_OK, undone.error_message
    wire.exit_pipeline_mode()
    return outcomes


def _pipelined(wire: PGconn) -> PGresult:
    result, end, sync = wire.get_result(), wire.get_result(), wire.get_result()
    assert result is not None and end is None
    assert sync is not None and sync.status == ExecStatus.PIPELINE_SYNC
    return result


def _attempt_copy(wire: PGconn, statement: str) -> Outcome:
    result = wire.exec_(statement.encode())
    copied = 0
    if result.status == ExecStatus.COPY_OUT:
        while wire.get_copy_data(0)[0] > 0:
            copied += 1
    elif result.status == ExecStatus.COPY_IN:
        wire.put_copy_end()
    if result.status in (ExecStatus.COPY_OUT, ExecStatus.COPY_IN):
        while (last := wire.get_result()) is not None:
            result = last
    outcome = _outcome(result, copied)
    wire.exec_(_UNDO)
    return outcome


def _outcome(result: PGresult, copied: int = 0) -> Outcome:
    state = result.error_field(DiagnosticField.SQLSTATE)
    if state is None:
        return Outcome(max(result.ntuples, result.command_tuples or 0, copied))
    message = result.error_field(DiagnosticField.MESSAGE_PRIMARY) or b""
    return Outcome(state=state.decode(), message=message.decode())
