"""The command ``rempart backup``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rempart.cli.formats import Format
from rempart.errors import UsageError

if TYPE_CHECKING:
    from rempart.config import Config
    from rempart.deploy.backups.register import Backup


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("backup", short_help="Back up a database, restored to prove it.")(backup)


def backup(
    env: Annotated[str, typer.Option("--env", metavar="NAME", help="An environment of the project.")],
    file: Annotated[
        Path | None, typer.Option("--file", metavar="DUMP", help="An existing dump, to be tried and registered.")
    ] = None,
    revision: Annotated[
        str | None, typer.Option("--revision", metavar="REV", help="The revision of the database in DUMP.")
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How the outcome is written.")] = Format.TEXT,
) -> None:
    """Back up a database: dumped in one snapshot, really restored into a throw-away server, compared, and registered.

    With --file, an existing dump is restored and registered.
    """
    from rempart.cli.progress import progress
    from rempart.config import Config
    from rempart.deploy.backups.registering import register_existing
    from rempart.deploy.backups.taking import take

    if revision is not None and file is None:
        raise UsageError("--revision tells the revision of an existing dump.", next_step="name the dump by --file")
    config = Config.find()
    with progress() as told:
        if file is None:
            made = take(config, env, told.step, told.note)
        else:
            made = register_existing(config, env, file, revision, told.step, told.note)
    if output is Format.JSON:
        typer.echo(json.dumps(made.as_json(config.root), indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(_lines(made, config)))


def _lines(made: Backup, config: Config) -> list[str]:
    held = f"{_counted(sum(made.rows.values()), 'row')} in {_counted(len(made.rows), 'table')}"
    return [
        f"backup of {made.environment}: {made.file(config.root)}",
        f"  database   {made.database.name} ({made.server}), revision {made.revision or 'none'},"
        f" {f'marked {made.database.id}' if made.database.id else 'not marked yet'}",
        f"  taken      {made.taken_at:%Y-%m-%d %H:%M:%S} UTC, by the clock of the {made.clock}",
        f"  content    {held}, {made.size} bytes, {made.format}{', rows only' if made.data_only else ''}",
        f"  sha256     {made.sha256}",
        f"  restored   on Postgres {made.restored_on}: {_compared(made)}",
        f"  seconds    {', '.join(f'{step} {seconds:.1f}' for step, seconds in made.seconds.items())}",
    ]


def _compared(made: Backup) -> str:
    if made.clock == "server":
        return "every table has the same rows, and every object is the same"
    return f"not whole, {_counted(len(made.partial), 'table')} missing" if made.partial else "the rows were counted"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
