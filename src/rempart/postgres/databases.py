"""Databases of a server: made, from a template or empty, and dropped."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from rempart.errors import OperationError
from rempart.postgres.server import Server, connect

# Copying through the log beats copying files with two checkpoints until a template has about this size.
_COPY_FILES_FROM = 100 * 1024 * 1024  # bytes


def create(server: Server, name: str, template: str | None = None, owner: str | None = None) -> None:
    """Create a database.

    Args:
        server: Where.
        name: Name of the new database.
        template: Database to copy; nobody may be connected to it. An empty one by default.
        owner: The role that is to own it; by default the owner of the template, for privileges in schema public hang on
            that, and the superuser of an empty one.

    Raises:
        OperationError: The server refuses.
    """
    with connect(server.url()) as connection:
        owner = owner or _owner(connection, template)
        statement = sql.SQL("create database {} strategy {}").format(
            sql.Identifier(name), sql.SQL(_strategy(connection, template))
        )
        if template is not None:
            statement += sql.SQL(" template {}").format(sql.Identifier(template))
        if owner is not None:
            statement += sql.SQL(" owner {}").format(sql.Identifier(owner))
        try:
            connection.execute(statement)
        except psycopg.errors.ObjectInUse as error:
            raise OperationError(
                f"the database {template} cannot be copied: {_text(error)}",
                next_step="close the connections to it first",
            ) from None
        except psycopg.Error as error:
            raise OperationError(
                f"the database {name} could not be made on {server.label}: {_text(error)}",
                next_step="see the message of the server",
            ) from None


def exists(server: Server, name: str) -> bool:
    """Whether the server has a database of that name."""
    with connect(server.url()) as connection:
        found = connection.execute("select from pg_catalog.pg_database where datname = %s", (name,))
        return found.fetchone() is not None


def drop(server: Server, name: str) -> None:
    """Drop a database, and the connections to it; nothing happens when there is none of that name.

    Raises:
        OperationError: The server refuses.
    """
    with connect(server.url()) as connection:
        try:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        except psycopg.Error as error:
            raise OperationError(
                f"the database {name} could not be dropped on {server.label}: {_text(error)}",
                next_step="see the message of the server",
            ) from None


@contextmanager
def throwaway(server: Server, template: str | None = None, owner: str | None = None) -> Iterator[str]:
    """A new database with a random name, dropped at the end of the block; its name.

    Args:
        server: Where.
        template: Database to copy; an empty one by default.
        owner: The role that is to own it; that of the template or the superuser by default.

    Raises:
        OperationError: The server refuses.
    """
    name = f"rempart_{secrets.token_hex(8)}"
    create(server, name, template, owner)
    try:
        yield name
    finally:
        drop(server, name)


def _owner(connection: psycopg.Connection, template: str | None) -> str | None:
    row = connection.execute(
        "select pg_catalog.pg_get_userbyid(datdba) from pg_catalog.pg_database where datname = %s", (template,)
    ).fetchone()
    return str(row[0]) if row is not None else None


def _strategy(connection: psycopg.Connection, template: str | None) -> str:
    if template is None:
        return "wal_log"
    row = connection.execute(
        "select pg_catalog.pg_database_size(oid) from pg_catalog.pg_database where datname = %s", (template,)
    ).fetchone()
    return "file_copy" if row is not None and row[0] >= _COPY_FILES_FROM else "wal_log"


def _text(error: psycopg.Error) -> str:
    detail = error.diag.message_detail
    return f"{error.diag.message_primary or error}{f' ({detail})' if detail else ''}"
