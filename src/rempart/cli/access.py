"""The command ``rempart access``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from rempart.cli.formats import Format
from rempart.cli.progress import progress
from rempart.cli.terminal import shown
from rempart.errors import GateFailure, UsageError

if TYPE_CHECKING:
    from rempart.access.model import AccessMap
    from rempart.config import Config


def access(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="What to observe.")] = "declared",
    write: Annotated[bool, typer.Option("--write", help="Write the map to its file.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Fail when the file is stale, or the contract broken.")
    ] = False,
    format_: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
    postgres: Annotated[int, typer.Option("--postgres", metavar="18|16", help="Version of Postgres.")] = 18,
) -> None:
    """Become each persona on a throw-away database with witness rows, and record what it really gets.

    A source is declared, revisions, revisions@REV, git:REF, or a .sql file or folder.
    """
    from rempart.access import current, mapfile
    from rempart.access.subject import observe_source, refuse_live
    from rempart.config import Config
    from rempart.revisions.workbench import workbench
    from rempart.sources.source import parse

    if write and check:
        raise UsageError("--write and --check exclude each other.", next_step="use one of them")
    config, wanted = Config.find(), parse(source)
    refuse_live(wanted)
    with progress() as told, workbench(config, postgres, told.step) as bench:
        access_map = observe_source(bench, wanted)
    if write:
        current.write(config, access_map)
        typer.echo(f"written: {shown(config.access_map)} ({len(mapfile.lines_of(access_map))} lines)")
    elif check:
        _check(config, access_map)
    elif format_ is Format.JSON:
        typer.echo(json.dumps(mapfile.json_of(access_map), indent=2, ensure_ascii=False))
    else:
        typer.echo(mapfile.text_of(access_map), nl=False)


def _check(config: Config, access_map: AccessMap) -> None:
    import sys

    from rempart.access import contract, current
    from rempart.cli.terminal import has_colours
    from rempart.report.text import findings_text

    stale = current.difference(config, access_map)
    if stale:
        typer.echo(stale)
    findings = contract.check(access_map, contract.load(config))
    if findings:
        typer.echo(findings_text(findings, f"{len(access_map.personas)} personas", has_colours(sys.stdout)), nl=False)
    if stale:
        raise GateFailure(
            f"{shown(config.access_map)} is not what was observed.",
            next_step="read the difference, then `rempart access --write`",
        )
    if findings:
        raise GateFailure("the contract does not hold.", next_step="correct the policies, or the promise")
    typer.echo("the access map is current and the contract holds")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("access", short_help="The access map: what each persona really gets.")(access)
