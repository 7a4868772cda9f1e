"""The commands ``rempart evidence list``, ``show`` and ``verify``."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rempart.cli.formats import Format
from rempart.cli.progress import progress

if TYPE_CHECKING:
    from rempart.deploy.record.listing import Kept
    from rempart.deploy.record.verification import Verified

_Environment = Annotated[str | None, typer.Option("--env", metavar="NAME", help="Only this environment.")]
_Output = Annotated[Format, typer.Option("--format", help="How the result is written.")]
_WIDTH = 110
_HEAD = ["deployment", "environment", "from", "to", "outcome", "ledger", "run by"]

_commands = typer.Typer(
    name="evidence",
    short_help="The record of deployments.",
    help="The record of deployments: listed, shown, and checked for any edit or gap.",
    no_args_is_help=True,
)


class _PageFormat(StrEnum):
    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(_commands)


@_commands.command("list")
def list_(env: _Environment = None, output: _Output = Format.TEXT) -> None:
    """List the deployments that the evidence folder knows, the earliest first."""
    from rempart.config import Config
    from rempart.deploy.record import listing

    found = listing.deployments(Config.find(), env)
    if output is Format.JSON:
        _print_json({"deployments": [_summary(one) for one in found]})
        return
    if not found:
        typer.echo("no deployment")
        return
    # The operation stands in the name. Who ran it is last: the other columns stay in line where a terminal is narrow.
    keys = ("id", "environment", "from", "to", "outcome", "ledger", "actor")
    rows = [_HEAD, *([_cell(told[key]) for key in keys] for told in map(_summary, found))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(keys) - 1)]
    for *cells, last in rows:
        typer.echo("  ".join([*(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)), last]))


@_commands.command()
def show(
    deployment: Annotated[str, typer.Argument(metavar="ID|latest", help="The deployment, or how its name begins.")],
    env: _Environment = None,
    output: Annotated[_PageFormat, typer.Option("--format", help="How it is written.")] = _PageFormat.TEXT,
) -> None:
    """Show one deployment as a log entry."""
    from rempart.config import Config
    from rempart.deploy.record import listing

    found = listing.deployment(Config.find(), deployment, env)
    if output is _PageFormat.JSON:
        typer.echo(json.dumps(found.document, indent=2, ensure_ascii=False))
        return
    page = listing.page_of(found)
    if output is _PageFormat.MARKDOWN:
        typer.echo(page, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(highlight=False)
    console = console if console.is_terminal else Console(highlight=False, width=_WIDTH)
    console.print(Markdown(page))


@_commands.command()
def verify(
    env: _Environment = None,
    offline: Annotated[bool, typer.Option("--offline", help="Look at the folder alone, ask no database.")] = False,
    output: _Output = Format.TEXT,
) -> None:
    """Check that the record is as it was written: every file, the index, and the ledger in the database.

    Exit 1 when something was edited, is missing or does not fit together.
    """
    from rempart.config import Config
    from rempart.deploy.record.verification import verify_environments

    with progress() as told:
        found = verify_environments(Config.find(), env, offline=offline, step=told.step)
    if output is Format.JSON:
        _print_json({"environments": [_verified(one) for one in found]})
    else:
        _print_verified(found)
    if any(one.problems for one in found):
        raise typer.Exit(1)


def _print_verified(found: list[Verified]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for one in found:
        ledger = "ledger not asked" if one.entries is None else f"ledger of {one.entries} entries"
        verdict = ("as it was written", "green") if not one.problems else (f"{len(one.problems)} problems", "bold red")
        console.print(Text.assemble(f"{one.environment}: {one.deployments} deployments, {ledger}: ", verdict))
        for problem in one.problems:
            console.print(Text(f"  {problem.subject}: {problem.reason}"))


def _verified(one: Verified) -> dict[str, Any]:
    return {
        "environment": one.environment,
        "deployments": one.deployments,
        "entries": one.entries,
        "problems": [{"subject": problem.subject, "reason": problem.reason} for problem in one.problems],
    }


def _summary(one: Kept) -> dict[str, Any]:
    document = one.document or {"outcome": "unreadable"}
    keys = ("operation", "outcome", "from", "to", "actor", "release", "started_at")
    return {
        "id": one.id,
        "environment": one.environment,
        **{key: document.get(key) for key in keys},
        "ledger": one.anchor.number if one.anchor else None,
    }


def _cell(value: object) -> str:
    # A file that somebody edited must not steer the terminal.
    return "–" if value is None else "".join(one if one.isprintable() else "?" for one in str(value))


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps({"version": 1, **value}, indent=2, ensure_ascii=False))
