"""``rempart check``: whether revisions, declared state, access map and contract agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from rempart.cli.formats import Format

if TYPE_CHECKING:
    from rempart.revisions.checking import Check


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("check", short_help="Check revisions, declared state, access map and contract.")(check)


def check(
    format_: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
) -> None:
    """Check that revisions, declared state, access map and contract agree; exit 1 if not.

    Every revision is run, undone and run again: its downgrade must restore what was there.
    """
    from rempart.access.checking import project_checks
    from rempart.cli.progress import progress
    from rempart.config import Config
    from rempart.revisions.workbench import workbench

    config = Config.find()
    with progress() as told, workbench(config, step=told.step) as bench:
        found = list(project_checks(bench))
    if format_ is Format.JSON:
        typer.echo(json.dumps({"version": 1, "checks": [_data(one) for one in found]}, indent=2, ensure_ascii=False))
    else:
        _print(found)
    if not all(one.ok for one in found):
        raise typer.Exit(1)


def _data(one: Check) -> dict[str, object]:
    return {
        "name": one.name,
        "ok": one.ok,
        "said": one.said,
        "details": list(one.details),
        "seconds": round(one.seconds, 3),
    }


def _print(found: list[Check]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    width = max(len(one.name) for one in found)
    for one in found:
        result = ("ok    ", "green") if one.ok else ("FAILED", "bold red")
        console.print(Text.assemble(result, f"  {one.name:<{width}}  ", (one.said, "dim")))
        for line in one.details:
            console.print(Text(f"        {line}"))
