"""SQL files as they come (a dump, a script of somebody else) made into a database."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
from pglast import ast
from psycopg import sql
from psycopg.pq import TransactionStatus

from rempart.errors import OperationError, UsageError
from rempart.postgres.server import connect
from rempart.sqltext.statements import Statement, split

_META = re.compile(rb"^\\(?:restrict|unrestrict|connect|set|echo|encoding)\b[^\n]*$", re.MULTILINE)
"""Commands of psql that dumps hold, and that mean nothing in a throw-away database."""
_TRANSACTION = re.compile(rb"^\s*(?:begin|start\s+transaction|commit|rollback|abort)\b[\w\s,]*;", re.MULTILINE | re.I)
"""What may end a transaction; a procedure may hold it, too."""


def load(url: str, path: Path, owner: str) -> None:
    """Run a .sql file, or all files of a folder by name, as a role; as the superuser what that role may not run.

    What a role may not is an extension, say, or a policy on a table of the platform. Everything else is the role's
    own: it gets the default privileges that the platform gives for that role, and no more rights than it has.

    Args:
        url: A superuser's URL of a throw-away database.
        path: The file or the folder.
        owner: The role to run them as.

    Raises:
        UsageError: There is no SQL there, or a file cannot be read.
        OperationError: Postgres refused; names the file, the line and the reason.
    """
    files = sorted(file for file in path.rglob("*.sql") if file.is_file()) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"there is no .sql file in {path}.", "Name a file, or a folder that has some.")
    with connect(url) as connection:
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(owner)))
        for file in files:
            _run(connection, file)


def _run(connection: psycopg.Connection, file: Path) -> None:
    try:
        text = _META.sub(b"", file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", "Make it readable.") from None
    # Taking a text apart takes longer than running it; few have to be.
    if not _TRANSACTION.search(text):
        try:
            with connection.transaction():
                connection.execute(text, prepare=False)
            return
        except psycopg.errors.InsufficientPrivilege:
            pass
        except psycopg.Error as error:
            raise _refused(error, file, text.decode(errors="replace")) from error
    try:
        pieces = split(text.decode(), file)
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not in UTF-8.", "Make it a file in UTF-8.") from None
    for piece in pieces:
        try:
            _run_piece(connection, piece)
        except psycopg.Error as error:
            raise _refused(error, file, piece.text, piece.line) from error


def _run_piece(connection: psycopg.Connection, piece: Statement) -> None:
    text = piece.text.encode()
    # Outside of a transaction it is one by itself, and some statements may be in no other.
    if connection.info.transaction_status == TransactionStatus.IDLE or isinstance(piece.node, ast.TransactionStmt):
        try:
            connection.execute(text, prepare=False)
        except psycopg.errors.InsufficientPrivilege:
            _run_as_superuser(connection, text)
        return
    try:
        with connection.transaction():
            connection.execute(text, prepare=False)
    except psycopg.errors.InsufficientPrivilege:
        _run_as_superuser(connection, text)


def _run_as_superuser(connection: psycopg.Connection, text: bytes) -> None:
    row = connection.execute("select current_user").fetchone()
    connection.execute("reset role")
    connection.execute(text, prepare=False)
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(str(row and row[0]))))


def _refused(error: psycopg.Error, file: Path, text: str, first: int = 1) -> OperationError:
    position = int(error.diag.statement_position or 0)
    line = first + text[: max(position - 1, 0)].count("\n")
    return OperationError(
        f"{file}{f':{line}' if position or first > 1 else ''}: {error.diag.message_primary or error}",
        error.diag.message_hint or "Correct the file; nothing was changed.",
    )
