"""Alembic's version table: in its own schema, and closed from its first moment to everybody but the owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any

from alembic.runtime.migration import MigrationContext
from psycopg import sql
from sqlalchemy import Table, event
from sqlalchemy.schema import CreateTable

from rempart.own_objects import SCHEMA, VERSION_TABLE
from rempart.revisions.execute import emit


@contextmanager
def closed_version_table(context: MigrationContext) -> Iterator[None]:
    """Surround the creation of the version table, whenever Alembic decides to create it.

    SQLAlchemy announces the creation of a table just before and just after it, on a real connection and on
    the one that writes a script alike: the schema, the table and the closing of both are one transaction
    either way.

    Args:
        context: The context whose version table it is.
    """

    def before(table: Table, connection: Any, **_: Any) -> None:
        if (table.schema, table.name) == (SCHEMA, VERSION_TABLE):
            emit(context, _sql("create_schema.sql"))
            # A script cannot look first: after a downgrade to base the table is still there.
            table.set_creator_ddl(CreateTable(table, if_not_exists=True))

    def after(table: Table, connection: Any, **_: Any) -> None:
        if (table.schema, table.name) == (SCHEMA, VERSION_TABLE):
            emit(context, _sql("close_version_table.sql"))

    event.listen(Table, "before_create", before)
    event.listen(Table, "after_create", after)
    try:
        yield
    finally:
        event.remove(Table, "before_create", before)
        event.remove(Table, "after_create", after)


def expect_revisions(context: MigrationContext, revisions: Iterable[str]) -> None:
    """Write a check into a script: that the database really is where the script takes it to be.

    Online, Alembic counts the rows of its version table that it changed; a script has nobody to do that.

    Args:
        context: The context that writes the script.
        revisions: The revisions the database has to be at; none for a database before the first one.
    """
    expected = ", ".join(sorted(revisions)) or "base"
    template = sql.SQL(_sql("expect_revisions.sql"))
    emit(context, template.format(revisions=sql.Literal(expected)).as_string())


def _sql(name: str) -> str:
    return resources.files(__package__).joinpath("sql", name).read_text(encoding="utf-8")
