"""The SQL of a revision: what is sent to the server is, letter for letter, what the offline script holds."""

from __future__ import annotations

import psycopg
from alembic import op
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from rempart.revisions.failure import revision_failure
from rempart.sqltext.statements import terminated


def execute(sql: str) -> None:
    """Run the SQL of a revision, or write it to the script when Alembic renders offline.

    Nothing in the text is interpreted on the way: `:name`, `%`, tabs, backslashes and dollar quotes arrive
    as written. The text may hold several statements; inside an `autocommit_block()` it should hold one.

    Args:
        sql: One or more SQL statements. The last semicolon may be missing.

    Raises:
        OperationError: Postgres refused a statement; names the revision, the line and the reason.
    """
    emit(op.get_context(), sql)


def emit(context: MigrationContext, sql: str) -> None:
    """Do what `execute` does, for a given migration context.

    Args:
        context: The context whose connection, or whose output, receives the SQL.
        sql: One or more SQL statements.

    Raises:
        OperationError: Postgres refused a statement.
    """
    if context.as_sql:
        context.impl.static_output(terminated(sql.strip("\n")))
        return
    connection = context.connection
    assert connection is not None, "an online migration context always has a connection"
    alone = _commits_alone(connection)  # asked before, for a session that is lost tells nothing
    try:
        # Without parameters psycopg sends the text as it is; `text()` would read `:name`, parameters `%`.
        connection.exec_driver_sql(sql, execution_options={"no_parameters": True}).close()
    except DBAPIError as error:
        raise revision_failure(error, sql, committed_alone=alone) from error


def _commits_alone(connection: Connection) -> bool:
    """Whether every statement is committed by itself, as in an autocommit block."""
    driver = connection.connection.driver_connection
    return isinstance(driver, psycopg.Connection) and driver.autocommit
