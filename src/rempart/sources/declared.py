"""The declared state (schema/ and policies/), put in order and loaded into a database."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from rempart.config import Config
from rempart.errors import OperationError
from rempart.sources import bodies
from rempart.sources.files import SourceFile, declared_files, platform_files
from rempart.sources.order import ordered
from rempart.sqltext.statements import Statement


def in_order(config: Config) -> list[SourceFile]:
    """Return the files of the declared state in the order in which they are loaded.

    The order follows from what each file creates and needs; files that do not need each other stand in the
    order of the configured folders, then by name.

    Args:
        config: The project.

    Raises:
        UsageError: A file is not SQL, two files create the same object, a file needs an object of the
            project's own schemas that nobody creates, or files need each other in a circle.
    """
    provided = [name for file in platform_files(config) for name in file.creates]
    return ordered(declared_files(config), config.exposed_schemas, provided)


def load(connection: psycopg.Connection[Any], config: Config) -> None:
    """Create the declared state in a database, all of it or nothing.

    Bodies of functions are checked at the end, when everything they may mention exists.

    Args:
        connection: A session of the owner, or of a superuser, on a database that has only the platform.
        config: The project.

    Raises:
        UsageError: See `in_order`.
        OperationError: Postgres refused a statement or the body of a function; names file and line.
    """
    files = in_order(config)
    with connection.transaction():
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(config.owner)))
        connection.execute("set local check_function_bodies = off")
        for file in files:
            for statement in file.statements:
                _run(connection, statement)
        bodies.check(connection, [statement for file in files for statement in file.statements])


def _run(connection: psycopg.Connection[Any], statement: Statement) -> None:
    try:
        # Without parameters the text is sent as it is, per cent signs included.
        connection.execute(statement.text.encode(), prepare=False)
    except psycopg.Error as error:
        position = error.diag.statement_position
        line = statement.line + (statement.text.count("\n", 0, int(position) - 1) if position else 0)
        raise OperationError(
            f"{statement.path}:{line}: {error.diag.message_primary or error}",
            error.diag.message_hint or "Correct the file; nothing was changed.",
        ) from error
