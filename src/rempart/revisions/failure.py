"""What Postgres said about the SQL of a revision, told with the revision, the file and the line."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psycopg
from sqlalchemy.exc import DBAPIError

from rempart.errors import OperationError

_NEXT_STEP = "Correct the revision, then run the same command again."


@dataclass(frozen=True)
class _Caller:
    """The revision module whose `upgrade` or `downgrade` called `execute`."""

    revision: str
    direction: str
    path: Path
    line: int


def operation_failure(error: DBAPIError, doing: str) -> OperationError:
    """Tell a database error that no line of SQL can be blamed for.

    Args:
        error: What SQLAlchemy raised.
        doing: What was being done, as in "reading the version table".

    Returns:
        The error to raise: Postgres's message and hint, without SQLAlchemy's own decoration.
    """
    message, hint = _reason(error)
    if isinstance(error.orig, psycopg.errors.LockNotAvailable):
        hint = "Another session holds it (pg_locks shows which): end that one, or wait for it, then run it again."
    return OperationError(f"{doing} failed: {message}", hint)


def revision_failure(error: DBAPIError, sql: str, *, committed_alone: bool) -> OperationError:
    """Tell why the SQL of the running revision failed.

    Args:
        error: What SQLAlchemy raised.
        sql: The SQL as it was sent.
        committed_alone: Whether every statement before it is committed already.

    Returns:
        The error to raise; it names the revision, Postgres's message, and the line where one is known.
    """
    caller = _calling_revision()
    message, hint = _reason(error)
    where = _place(error, sql, caller)
    # In an autocommit block every statement was committed by itself: nothing is promised about it.
    undone = "" if committed_alone else " and was rolled back"
    what = f"the {caller.direction} of revision {caller.revision}" if caller else "a statement of a revision"
    return OperationError(f"{what} failed{undone}: {message}{where}", hint or _NEXT_STEP)


def _reason(error: DBAPIError) -> tuple[str, str]:
    """Return Postgres's message with its SQLSTATE and detail, and its hint."""
    cause = error.orig
    if not isinstance(cause, psycopg.Error) or cause.sqlstate is None:
        return " ".join(str(cause).split()), "Check that the server is running and reachable, then run it again."
    diagnostic = cause.diag
    message = f"{diagnostic.message_primary} ({cause.sqlstate})"
    if diagnostic.message_detail:
        message += f"; {diagnostic.message_detail}"
    return message, diagnostic.message_hint or ""


def _place(error: DBAPIError, sql: str, caller: _Caller | None) -> str:
    """Return " (file, line N: text)" for the place Postgres points at, or for the call when there is none."""
    position = error.orig.diag.statement_position if isinstance(error.orig, psycopg.Error) else None
    if position is None:
        return f" ({caller.path.name}, the SQL at line {caller.line})" if caller else ""
    index = int(position) - 1
    line_in_sql = sql.count("\n", 0, index)
    text = sql.split("\n")[line_in_sql].strip()
    if caller is None:
        return f" (line {line_in_sql + 1} of the SQL: {text})"
    start = _line_of(sql, caller)
    if start is None:
        return f" ({caller.path.name}, line {line_in_sql + 1} of the SQL at line {caller.line}: {text})"
    return f" ({caller.path.name}, line {start + line_in_sql}: {text})"


def _line_of(sql: str, caller: _Caller) -> int | None:
    """Return the line of the file on which this SQL begins; None when it does not stand there literally."""
    try:
        source = caller.path.read_text(encoding="utf-8")
    except OSError:
        return None
    if source.count(sql) != 1:
        return None
    return source.count("\n", 0, source.index(sql)) + 1


def _calling_revision() -> _Caller | None:
    """Find the revision's frame: Alembic does not tell a running revision its own name."""
    frame: FrameType | None = inspect.currentframe()
    while frame is not None:
        names = frame.f_globals
        if "revision" in names and "down_revision" in names:
            return _Caller(
                revision=str(names["revision"]),
                direction=frame.f_code.co_name,
                path=Path(frame.f_code.co_filename),
                line=frame.f_lineno,
            )
        frame = frame.f_back
    return None
