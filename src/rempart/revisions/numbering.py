"""`alembic revision`: revisions are numbered in the order of the history (0001, 0002, …)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alembic import context
from alembic.config import Config
from alembic.operations.ops import MigrationScript
from alembic.script import ScriptDirectory

AUTOGENERATES = "autogenerates"
"""Key of Alembic's `config.attributes`: whether a command that runs in process compares."""


def command(config: Config) -> str:
    """Return the name of the running command of Alembic's command line; empty in process.

    Args:
        config: Alembic's configuration, with the options of its command line.
    """
    running: Any = getattr(config.cmd_opts, "cmd", None)
    return str(running[0].__name__) if running else ""


def wanted(config: Config) -> bool:
    """Tell whether the running command is `alembic revision` without a comparison, which needs no database.

    Args:
        config: Alembic's configuration, with the options of its command line.
    """
    return command(config) == "revision" and not getattr(config.cmd_opts, "autogenerate", False)


def autogenerates(config: Config) -> bool:
    """Tell whether the running command compares: `alembic revision --autogenerate`, or `alembic check`.

    Args:
        config: Alembic's configuration, with the options of its command line.
    """
    name = command(config)
    return (
        bool(config.attributes.get(AUTOGENERATES))
        or name == "check"
        or (name == "revision" and bool(getattr(config.cmd_opts, "autogenerate", False)))
    )


def write_revision() -> None:
    """Let Alembic write the new revision's file under the next number, unless `--rev-id` names one."""

    def number(_context: Any, _heads: Any, directives: list[MigrationScript]) -> None:
        for directive in directives:
            identify(directive, context)

    # Rendering a script is the one mode in which Alembic asks for no connection.
    context.configure(dialect_name="postgresql", process_revision_directives=number, as_sql=True)
    context.run_migrations()


def identify(directive: MigrationScript, running: Any) -> None:
    """Give a new revision the next number, unless `--rev-id` names one, and a docstring that Python reads.

    Args:
        directive: The revision to be written.
        running: Alembic's environment context.
    """
    given = getattr(running.config.cmd_opts, "rev_id", None)
    directive.rev_id = given or next_number(identifiers(running.script))
    directive.message = docstring(directive.message)


def docstring(message: str | None) -> str | None:
    """Return what a revision is for, as the template puts it between three quotes.

    Args:
        message: As it was given.
    """
    return message and message.replace("\\", "\\\\").replace('"""', "'''")


def identifiers(script: ScriptDirectory) -> list[str]:
    """Return the identifiers of all revisions, from the first to the last.

    Args:
        script: The project's revisions.
    """
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def next_number(known: Iterable[str]) -> str:
    """Return the number after the highest one.

    Args:
        known: Identifiers of the existing revisions; those that are not numbers are passed over.

    Returns:
        A number of four digits, as text.
    """
    return f"{max((int(name) for name in known if name.isdecimal()), default=0) + 1:04d}"
