"""The local database: ``rempart up``, ``down``, ``url`` and ``psql``."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from rempart.cli.progress import progress

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="FOLDER", help="Where the data is; .rempart/data of the project by default."),
]
Sample = Annotated[bool, typer.Option("--sample", help="Load the sample data, unless it is there.")]
Major = Annotated[
    int | None,
    typer.Option("--postgres", metavar="18|16", help="Version of Postgres; that of the data, or 18 for a new folder."),
]


def up(data_dir: DataDir = None, sample: Sample = False, postgres: Major = None) -> None:
    """Start the local database with all revisions; run again, it does what is missing."""
    from rempart.config import Config
    from rempart.local import instance

    config = Config.find()
    folder = instance.folder_of(config, data_dir)
    with progress() as told:
        done = instance.up(config, folder, postgres, sample=sample, step=told.step, note=told.note)
    state = "was running" if done.was_running else "runs"
    typer.echo(f"{config.database} {state}: {done.label} in {done.folder}")
    typer.echo(
        f"revisions applied: {len(done.revisions)} (now at {done.revisions[-1]})"
        if done.revisions
        else "revisions applied: none were missing"
    )
    if sample:
        typer.echo("sample data: loaded" if done.sample_loaded else "sample data: was there")
    option = f" --data-dir {shlex.quote(str(data_dir))}" if data_dir else ""
    typer.echo(f"next: rempart psql{option} · rempart url{option} · rempart down{option}")


def down(data_dir: DataDir = None) -> None:
    """Stop the local database; its data stays."""
    from rempart.config import Config
    from rempart.local import instance

    folder = data_dir if data_dir is not None else instance.folder_of(Config.find(), None)
    with progress() as told:
        stopped = instance.down(folder, told.note)
    typer.echo(f"stopped; the data stays in {folder}" if stopped else f"no server was running in {folder}")


def url(data_dir: DataDir = None) -> None:
    """Print the superuser's connection URL of the running local database."""
    from rempart.config import Config
    from rempart.local import instance

    config = Config.find()
    typer.echo(instance.running(instance.folder_of(config, data_dir)).url(config.database))


def psql(context: typer.Context, data_dir: DataDir = None) -> None:
    """Open psql on the running local database, as superuser; other arguments go to psql."""
    from rempart.config import Config
    from rempart.local import instance

    config = Config.find()
    server = instance.running(instance.folder_of(config, data_dir))
    command, environment = instance.psql_command(server, config.database, list(context.args))
    os.execve(command[0], command, environment)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command(short_help="Start the local database, with all revisions.")(up)
    app.command()(down)
    app.command(short_help="Print the connection URL of the local database.")(url)
    app.command(
        short_help="Open psql on the local database.",
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(psql)
