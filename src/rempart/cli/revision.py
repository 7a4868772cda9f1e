"""``rempart revision``: the next revision, written from the difference between the revisions and the declared state."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("revision", short_help="Write the next revision, proved there and back.")(revision)


def revision(
    message: Annotated[str, typer.Option("--message", "-m", help="What the revision is for.")],
    destructive: Annotated[
        bool, typer.Option("--allow-destructive", help="Write it even if users would lose what they have stored.")
    ] = False,
    rename: Annotated[
        list[str] | None,
        typer.Option("--rename", metavar="SCHEMA.TABLE[.COLUMN]=NAME", help="Has only got another name."),
    ] = None,
) -> None:
    """Write the next revision, upgrade and downgrade, and prove both on a throw-away database first."""
    from rempart.cli.progress import progress
    from rempart.config import Config
    from rempart.report import differences
    from rempart.revisions import renames
    from rempart.revisions.generate import generate
    from rempart.revisions.workbench import workbench
    from rempart.revisions.writing import write_revision
    from rempart.sources.files import shown
    from rempart.sources.source import parse

    config = Config.find()
    renamed = [renames.parse(text) for text in rename or ()]
    with progress() as told, workbench(config, step=told.step) as bench:
        found = generate(bench, destructive=destructive, renamed=renamed)
        url = bench.server.url(bench.copy(bench.database(parse("revisions"))), config.owner)
        written = None if found.content.is_empty else write_revision(url, message, found.content, config)
    if written is None:
        typer.echo("revisions and declared are the same: there is nothing to write.")
        return
    typer.echo(f"{shown(written, config)}: {differences.summary(found.plan, 'revisions', 'declared')}")
    typer.echo("upgrade and downgrade were proved on a throw-away database; read it before you commit it.")
