"""``rempart diff``: how two sources differ, and the DDL that closes it."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer


class _Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("diff")(diff)


def diff(
    before: Annotated[str, typer.Argument(metavar="SOURCE", help="What to start from.")],
    after: Annotated[str, typer.Argument(metavar="SOURCE", help="What to reach.")] = "declared",
    format_: Annotated[_Format, typer.Option("--format", help="How to print it.")] = _Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Fail as well when something was not compared.")] = False,
) -> None:
    """Compare two sources; exit 1 when they differ.

    A source is declared, revisions, revisions@REV, git:REF, env:NAME, a postgresql:// URL, or a .sql file or folder.
    """
    from rempart.cli.progress import progress
    from rempart.cli.terminal import print_lines
    from rempart.config import Config
    from rempart.report import differences
    from rempart.revisions.differing import compare_sources
    from rempart.sources.source import parse

    first, second = parse(before), parse(after)
    config = Config.find() if first.needs_project or second.needs_project else Config.anywhere()
    with progress() as told:
        found = compare_sources(config, first, second, told.step)
    shown = (found.plan, first.shown, second.shown, found.not_compared)
    if format_ is _Format.JSON:
        typer.echo(json.dumps(differences.data(*shown), indent=2, ensure_ascii=False))
    elif format_ is _Format.MARKDOWN:
        typer.echo(differences.markdown(*shown), nl=False)
    else:
        print_lines(differences.text(*shown))
    if found.plan.differences or (strict and found.not_compared):
        raise typer.Exit(1)
