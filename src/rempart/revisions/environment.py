"""What Alembic runs for every command that needs an environment: `migrations/env.py` only calls `run`."""

from __future__ import annotations

import io
import logging.config
import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from rempart import own_objects
from rempart.errors import DEBUG_VARIABLE, RempartError
from rempart.revisions import numbering, version_table
from rempart.revisions.connecting import URL_VARIABLE, assume_owner, connect, database_url, owner_sql
from rempart.revisions.failure import operation_failure

URL = "url"
"""Key of Alembic's `config.attributes` for the URL of the database, instead of DATABASE_URL."""
CONNECTION = "connection"
"""Key of Alembic's `config.attributes` for an open SQLAlchemy connection, or an engine, to run on."""
ON_STEP = "on_step"
"""Key of Alembic's `config.attributes` for a function to call after each revision (`on_version_apply`)."""

_DRIVER = "postgresql+psycopg://"
_SETTINGS: dict[str, Any] = {
    "version_table": own_objects.VERSION_TABLE,
    "version_table_schema": own_objects.SCHEMA,
    "transaction_per_migration": True,
}


def run() -> None:
    """Run the current Alembic command: online on DATABASE_URL, offline as a script on standard output.

    Raises:
        RempartError: The database cannot be reached, a revision failed, or the call is wrong. The `alembic`
            command writes it to standard error and ends with its exit code, unless REMPART_DEBUG is 1.
    """
    config = context.config
    # Set by the `alembic` command only; in process the caller's logging and error handling stay as they are.
    from_command_line = config.cmd_opts is not None
    if from_command_line and config.config_file_name is not None and config.file_config.has_section("loggers"):
        logging.config.fileConfig(config.config_file_name, disable_existing_loggers=False)
    try:
        if numbering.wanted(config):
            numbering.write_revision()
        elif numbering.autogenerates(config):
            _autogenerate()
        elif context.is_offline_mode():
            _write_script()
        else:
            _migrate()
    except RempartError as error:
        if not from_command_line or os.environ.get(DEBUG_VARIABLE) == "1":
            raise
        sys.stderr.write(f"error: {error.message}\n")
        if error.next_step:
            sys.stderr.write(f"{error.next_step}\n")
        raise SystemExit(error.exit_code) from None


def _migrate() -> None:
    with _connection() as connection:
        context.configure(connection=connection, on_version_apply=context.config.attributes.get(ON_STEP), **_SETTINGS)
        try:
            with version_table.closed_version_table(context.get_context()), context.begin_transaction():
                context.run_migrations()
        except DBAPIError as error:
            raise operation_failure(error, "reading or writing the version table") from error


def _autogenerate() -> None:
    """Let Alembic write, or check, a revision: what differs is found by the plugin, not on this connection."""
    from rempart.revisions import autogenerate

    autogenerate.register()
    body = autogenerate.Body()
    with _connection() as connection:
        context.configure(
            connection=connection,
            target_metadata=MetaData(),
            autogenerate_plugins=[autogenerate.NAME],
            process_revision_directives=lambda _context, _heads, found: autogenerate.finish(context, body, found),
            template_args={"rempart": body},
            **_SETTINGS,
        )
        with version_table.closed_version_table(context.get_context()):
            context.run_migrations()


def _write_script() -> None:
    if context.config.output_buffer is None and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")

    def check(ctx: MigrationContext, step: Any, heads: Collection[Any], run_args: Any) -> None:
        version_table.expect_revisions(ctx, heads)

    context.configure(url=_DRIVER, literal_binds=True, on_version_apply=check, **_SETTINGS)
    context.static_output("set client_encoding = 'UTF8';")
    context.static_output(owner_sql().strip())
    if start := context.get_context().get_current_heads():
        version_table.expect_revisions(context.get_context(), start)
    with version_table.closed_version_table(context.get_context()), context.begin_transaction():
        context.run_migrations()


@contextmanager
def _connection() -> Iterator[Connection]:
    """Open the connection to run on, or prepare the one the caller brought."""
    given = context.config.attributes.get(CONNECTION)
    if given is None:
        with owners_engine(
            database_url(context.config.attributes.get(URL)), variable=URL_VARIABLE
        ).connect() as connection:
            yield connection
    elif isinstance(given, Engine):
        with given.connect() as connection, _prepared(connection):
            yield connection
    else:
        with _prepared(given):
            yield given


@contextmanager
def _prepared(connection: Connection) -> Iterator[None]:
    """Give a caller's connection the owner's role and no prepared statements, and take both away again."""
    in_transaction = connection.in_transaction()
    driver = driver_of(connection)
    threshold, driver.prepare_threshold = driver.prepare_threshold, None
    role = _role(driver)
    assume_owner(driver)
    if not in_transaction:
        driver.commit()
    try:
        yield
    finally:
        driver.prepare_threshold = threshold
        _restore(driver, role, commit=not in_transaction)


def _role(driver: psycopg.Connection[Any]) -> str:
    row = driver.execute("select pg_catalog.current_setting('role')").fetchone()
    assert row is not None
    return str(row[0])


def _restore(driver: psycopg.Connection[Any], role: str, *, commit: bool) -> None:
    if driver.closed or driver.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
        return  # The rollback that must follow undoes the change of role as well.
    driver.execute("select pg_catalog.set_config('role', %s, false)", [role])
    if commit:
        driver.commit()


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's connection under one of SQLAlchemy.

    Args:
        connection: The connection.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection), "revisions run on psycopg"
    return driver


def owners_engine(url: str, **options: Any) -> Engine:
    """Make an engine that leaves the URL to libpq and opens every session as the owner.

    Args:
        url: The database, as a `postgresql://` URL.
        options: Further arguments of `psycopg.connect`.
    """
    # A session is closed, not kept: to reset it first would only fail, with a traceback in the log, when it is lost.
    engine = create_engine(_DRIVER, poolclass=NullPool, pool_reset_on_return=None)

    @event.listens_for(engine, "do_connect")
    def open_session(_dialect: Any, _record: Any, _arguments: Any, given: dict[str, Any]) -> Any:
        return connect(url, **options, **given)

    return engine
