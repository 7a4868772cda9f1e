"""Alembic's commands in process: quiet, on a given database, with the errors of this package."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import alembic.command
from alembic.config import Config as AlembicConfig
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from rempart.config import Config
from rempart.errors import OperationError, UsageError
from rempart.revisions import environment, numbering
from rempart.revisions.options import ALLOW_DATA_LOSS


def upgrade(url: str, revision: str = "head", config: Config | None = None) -> list[str]:
    """Bring a database up to a revision.

    Args:
        url: The database, as a `postgresql://` URL.
        revision: The revision to reach, or `head`, or a relative one such as `+1`.
        config: The project; the one around the current folder by default.

    Returns:
        The revisions that were applied, in order; empty when there was nothing to do.

    Raises:
        OperationError: The database cannot be reached, or a revision failed and was rolled back.
        UsageError: There is no such revision.
    """
    alembic_config, applied = online(url, config)
    with translated_errors():
        alembic.command.upgrade(alembic_config, revision)
    return applied


def downgrade(url: str, revision: str, config: Config | None = None, *, allow_data_loss: bool = False) -> list[str]:
    """Take a database back to a revision.

    Args:
        url: The database, as a `postgresql://` URL.
        revision: The revision to go back to, or `base`, or a relative one such as `-1`.
        config: The project; the one around the current folder by default.
        allow_data_loss: Whether rows may be lost.

    Returns:
        The revisions that were undone, in order.

    Raises:
        OperationError: The database cannot be reached, rows would be lost, or a revision failed.
        UsageError: There is no such revision.
    """
    alembic_config, undone = online(url, config)
    alembic_config.attributes[ALLOW_DATA_LOSS] = allow_data_loss
    with translated_errors():
        alembic.command.downgrade(alembic_config, revision)
    return undone


def render(
    revision: str = "head",
    config: Config | None = None,
    *,
    down: bool = False,
    allow_data_loss: bool = False,
) -> str:
    """Write the SQL of an upgrade or a downgrade, without a database.

    Args:
        revision: `to` for an upgrade from the start, or `from:to`; a downgrade always needs `from:to`.
        config: The project; the one around the current folder by default.
        down: Whether it is a downgrade.
        allow_data_loss: Whether the script may lose rows.

    Returns:
        A script for psql with ON_ERROR_STOP set.

    Raises:
        UsageError: There is no such revision, or a downgrade without its start.
    """
    output = io.StringIO()
    alembic_config = configured(config, output)
    alembic_config.attributes[ALLOW_DATA_LOSS] = allow_data_loss
    command = alembic.command.downgrade if down else alembic.command.upgrade
    with translated_errors():
        command(alembic_config, revision, sql=True)
    return output.getvalue()


def history(config: Config | None = None) -> list[str]:
    """Return the identifiers of all revisions, from the first to the last.

    Args:
        config: The project; the one around the current folder by default.

    Raises:
        UsageError: The revisions do not form a history.
    """
    with translated_errors():
        return numbering.identifiers(ScriptDirectory.from_config(configured(config)))


def current(database: str | Connection, config: Config | None = None) -> str | None:
    """Return the revision a database is at; None before the first one.

    Args:
        database: The database, as a `postgresql://` URL, or an open connection to it.
        config: The project; the one around the current folder by default.

    Raises:
        OperationError: The database cannot be reached or read, or is at several revisions at once.
    """
    found: list[str] = []

    def look(heads: Any, _context: Any) -> list[Any]:
        found.extend(heads)
        return []

    alembic_config = configured(config)
    alembic_config.attributes[environment.URL if isinstance(database, str) else environment.CONNECTION] = database
    with translated_errors():
        script = ScriptDirectory.from_config(alembic_config)
        with EnvironmentContext(alembic_config, script, fn=look, dont_mutate=True):
            script.run_env()
    if len(found) > 1:
        raise OperationError(
            f"the database is at several revisions at once: {', '.join(sorted(found))}",
            "Merge the branches of the history, or stamp the database with one revision.",
        )
    return found[0] if found else None


def online(url: str, config: Config | None) -> tuple[AlembicConfig, list[str]]:
    """Return Alembic's configuration for a database, and the list that its steps will fill.

    Args:
        url: The database, as a `postgresql://` URL.
        config: The project; the one around the current folder by default.
    """
    steps: list[str] = []

    def note(*, step: Any, **_: Any) -> None:
        steps.extend(step.up_revision_ids)

    alembic_config = configured(config)
    alembic_config.attributes[environment.URL] = url
    alembic_config.attributes[environment.ON_STEP] = note
    return alembic_config, steps


def configured(config: Config | None, output: io.StringIO | None = None) -> AlembicConfig:
    """Return Alembic's configuration of a project, quiet.

    Args:
        config: The project; the one around the current folder by default.
        output: Where Alembic writes a script.

    Raises:
        UsageError: The project has no such file.
    """
    ini = (config or Config.find()).alembic_ini
    if not ini.is_file():
        raise UsageError(f"{ini} does not exist", "Name Alembic's file as alembic_ini in [tool.rempart].")
    silence = io.StringIO()
    return AlembicConfig(str(ini), stdout=silence, output_buffer=output)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Have Alembic's own complaints raised as UsageError."""
    try:
        yield
    except CommandError as error:
        raise UsageError(str(error), "`alembic history` lists the revisions there are.") from error
