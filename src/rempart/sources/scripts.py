"""SQL files as they come (a dump, a script of somebody else) made into a database."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
from psycopg import sql

from rempart.errors import OperationError, UsageError
from rempart.postgres.server import connect

_META = re.compile(rb"^\\(?:restrict|unrestrict|connect|set|echo|encoding)\b[^\n]*$", re.MULTILINE)
"""Commands of psql that dumps hold, and that mean nothing in a throw-away database."""


def load(url: str, path: Path, owner: str) -> None:
    """Run a .sql file, or all files of a folder by name, as a role; as the superuser where that role may not.

    Args:
        url: A superuser's URL of a throw-away database.
        path: The file or the folder.
        owner: The role to run them as.

    Raises:
        UsageError: There is no SQL there.
        OperationError: Postgres refused; names the file, the line and the reason.
    """
    files = sorted(path.rglob("*.sql")) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"there is no .sql file in {path}.", "Name a file, or a folder that has some.")
    with connect(url) as connection:
        try:
            with connection.transaction():
                connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
                for file in files:
                    _run(connection, file)
        except psycopg.errors.InsufficientPrivilege:
            with connection.transaction():
                for file in files:
                    _run(connection, file, last=True)


def _run(connection: psycopg.Connection, file: Path, *, last: bool = False) -> None:
    text = _META.sub(b"", file.read_bytes())
    try:
        connection.execute(text, prepare=False)
    except psycopg.Error as error:
        if isinstance(error, psycopg.errors.InsufficientPrivilege) and not last:
            raise
        position = int(error.diag.statement_position or 0)
        line = text.decode(errors="replace")[: max(position - 1, 0)].count("\n") + 1
        raise OperationError(
            f"{file}{f':{line}' if position else ''}: {error.diag.message_primary or error}",
            error.diag.message_hint or "Correct the file; nothing was changed.",
        ) from error
