"""The command ``rempart``: its commands, and what the user sees when one of them fails."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
import typer.core

from rempart.cli import (
    access,
    adopt,
    approve,
    audit,
    backup,
    builds,
    check,
    demo,
    deployment,
    diff,
    evidence,
    lint,
    local,
    revision,
)
from rempart.errors import BROKEN_PIPE, DEBUG_VARIABLE, INTERRUPTED, UNEXPECTED, RempartError


class _Commands(typer.core.TyperGroup):
    """Runs a command, and turns what it raises into a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        from rempart.postgres.interruption import Terminated, unwinding

        try:
            with unwinding():
                result = super().invoke(ctx)
                sys.stdout.flush()
            return result
        except RempartError as error:
            _complain(error.message, error.next_step)
            code = error.exit_code
        except BrokenPipeError:
            # The reader has gone; the interpreter must not try to flush the rest at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = BROKEN_PIPE
        except Terminated as signal:
            code = signal.exit_code
        except KeyboardInterrupt:
            code = INTERRUPTED
        except Exception as error:
            if os.environ.get(DEBUG_VARIABLE) == "1" or _is_of_the_command_line(error):
                raise
            _complain(*_told(error))
            code = UNEXPECTED
        sys.exit(code)


def _told(error: Exception) -> tuple[str, str]:
    """What to say of an error that nobody foresaw where it happened, and the next step."""
    from psycopg import OperationalError
    from sqlalchemy.exc import DBAPIError

    from rempart.postgres.server import masked

    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OperationalError):
        # A connection may end at any statement.
        said = masked(str(cause)).partition("\n")[0]
        return f"the database did not answer: {said}", "Run the command again; status says where it stands."
    return (
        f"unexpected {type(error).__name__}: {masked(str(error))}",
        f"this is a defect of rempart; {DEBUG_VARIABLE}=1 shows where it happened",
    )


app = typer.Typer(
    name="rempart",
    cls=_Commands,
    help="The depot database as code: start it, look at it, prove what it allows.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"rempart {version('rempart')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of all commands."""


local.register(app)
demo.register(app)
access.register(app)
audit.register(app)
check.register(app)
diff.register(app)
revision.register(app)
deployment.register(app)
approve.register(app)
backup.register(app)
evidence.register(app)
adopt.register(app)
builds.register(app)


@app.command(
    name="lint",
    help=lint.HELP,
    short_help="Judge SQL without a database.",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
def _lint(context: typer.Context) -> None:
    """Listed with the others; `rempart.cli.main` runs it without coming here."""
    raise typer.Exit(lint.run(context.args))


def main() -> None:
    """Run the command line; ends the process with the exit code of the command."""
    app()


def _is_of_the_command_line(error: Exception) -> bool:
    """Whether typer itself raised it, to be shown in its own way (a wrong option, a wish to exit)."""
    return type(error).__module__.partition(".")[0] == typer.__name__


def _complain(message: str, next_step: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(Text.assemble(("error: ", "bold red"), message))
    if next_step:
        console.print(Text.assemble(("next: ", "bold cyan"), next_step))
