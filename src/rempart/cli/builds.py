"""The command ``rempart builds``: whether builds of the application can run on an environment now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from rempart.cli.formats import Format
from rempart.cli.progress import progress

if TYPE_CHECKING:
    from rempart.deploy.builds.contract import Build
    from rempart.deploy.builds.needs import Lack


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("builds", short_help="Tell which builds of the application a database carries.")(builds)


def builds(
    env: Annotated[str, typer.Option("--env", metavar="NAME", help="The environment.")],
    build: Annotated[str | None, typer.Argument(metavar="BUILD", help="Only this build.")] = None,
    output: Annotated[Format, typer.Option("--format", help="How the outcome is written.")] = Format.TEXT,
) -> None:
    """Tell whether builds of the application find what they use in a database; before a web build is rolled back.

    Exit 1 when the build that was named does not or, without a name, one that is in service.
    """
    from rempart.catalog.read import read
    from rempart.config import Config
    from rempart.deploy.builds.contract import load, named
    from rempart.deploy.builds.in_service import broken
    from rempart.deploy.target import looked_at
    from rempart.postgres.server import connect

    config = Config.find()
    known = load(config) if build is None else [named(config, build)]
    with progress() as told:
        told.step(f"reading {env}")
        with connect(looked_at(config, env).url) as connection:
            found = broken(read(connection), known)
    lacks = {one.name: [lack.lack for lack in found if lack.build == one] for one in known}
    if output is Format.JSON:
        data = [_data(one, lacks[one.name]) for one in known]
        typer.echo(json.dumps({"version": 1, "environment": env, "builds": data}, indent=2, ensure_ascii=False))
    else:
        _print(known, lacks)
    if any(lacks[one.name] for one in known if build is not None or one.in_service):
        raise typer.Exit(1)


def _data(build: Build, lacks: list[Lack]) -> dict[str, object]:
    return {
        "build": build.name,
        "released": build.released.isoformat(),
        "in_service": build.in_service,
        "role": build.role,
        "ok": not lacks,
        "lacks": [{"object": one.object, "what": one.what} for one in lacks],
    }


def _print(known: list[Build], lacks: dict[str, list[Lack]]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    if not known:
        console.print("no build is recorded")
    for one in known:
        result = ("can run    ", "green") if not lacks[one.name] else ("cannot run ", "bold red")
        served = "in service" if one.in_service else "retired"
        console.print(Text.assemble(result, f" {one.name}  ", (f"{served}, released {one.released}", "dim")))
        for lack in lacks[one.name]:
            console.print(Text(f"        {lack}"))
