"""The command ``rempart demo``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from rempart.cli.formats import Format
from rempart.cli.progress import progress
from rempart.errors import GateFailure


def demo(
    output: Annotated[Format, typer.Option("--format", help="How the result is written.")] = Format.TEXT,
    postgres: Annotated[int, typer.Option("--postgres", metavar="18|16", help="Version of Postgres.")] = 18,
) -> None:
    """Build the database in a temporary folder, try it as everybody, and leave nothing behind."""
    from rich.console import Console

    from rempart.cli.demo_report import as_json, print_demonstration
    from rempart.config import Config
    from rempart.local.demo import demonstrate

    config = Config.find()
    with progress() as told:
        shown = demonstrate(config, postgres, told.step)
    if output is Format.JSON:
        typer.echo(json.dumps(as_json(shown), indent=2, ensure_ascii=False))
    else:
        print_demonstration(shown, Console(highlight=False))
    if not shown.anon.nothing:
        raise GateFailure(
            "the anonymous session gets through.", next_step="close what is listed above, in a new revision"
        )


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("demo", short_help="Try the database as everybody, in a temporary folder.")(demo)
