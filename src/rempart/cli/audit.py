"""The command ``rempart audit``."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from rempart.cli.formats import Format
from rempart.cli.progress import progress
from rempart.errors import UsageError

if TYPE_CHECKING:
    from rempart.audit.run import Gateway
    from rempart.config import Config
    from rempart.sources.source import Source


def audit(
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="The database.")] = None,
    env: Annotated[str | None, typer.Option("--env", metavar="NAME", help="An environment of the project.")] = None,
    output: Annotated[Format, typer.Option("--format", help="How the outcome is written.")] = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Fail for what was not audited, too.")] = False,
    rest: Annotated[
        str | None, typer.Option("--rest", metavar="URL", help="Ask this REST gateway too, with REMPART_ANON_KEY.")
    ] = None,
) -> None:
    """Look at a live database, without writing to it: the linter's rules on what is really there, what the anonymous
    role gets, and what changed since the released revision."""
    from rempart.audit.project import scope_of
    from rempart.audit.run import audit as run
    from rempart.cli import audit_report
    from rempart.config import Config
    from rempart.sources.source import parse

    if (url is None) == (env is None):
        raise UsageError("one database is audited.", next_step="name it by --url URL or by --env NAME")
    gateway = _gateway(rest)
    config = Config.above()  # a database can be audited without any project
    source = parse(f"env:{env}" if env is not None else str(url))
    if not source.is_live:
        raise UsageError("--url is no postgresql:// URL.", "write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    with progress() as told:
        found = run(_address(source, config), scope_of(config, source, gateway, told.step), told.step)
    if output is Format.JSON:
        typer.echo(json.dumps(audit_report.as_json(found, strict=strict), indent=2, ensure_ascii=False))
    else:
        from rich.console import Console

        audit_report.print_audit(found, Console(soft_wrap=True, highlight=False), strict=strict)
    if not found.passes(strict=strict):
        raise typer.Exit(1)


def _address(source: Source, config: Config | None) -> str:
    from rempart.deploy.target import looked_at
    from rempart.sources.live import url_of
    from rempart.sources.source import SourceKind

    if config is not None:
        is_named = source.kind is SourceKind.ENVIRONMENT
        return looked_at(config, source.detail).url if is_named else url_of(source, config)
    if source.kind is SourceKind.ENVIRONMENT:
        raise UsageError("there is no project here, and so no environment.", next_step="name the database by --url")
    return source.detail


def _gateway(rest: str | None) -> Gateway | None:
    from rempart.audit.rest import KEY_VARIABLE
    from rempart.audit.run import Gateway

    if rest is None:
        return None
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key:
        raise UsageError(
            f"--rest needs the gateway's anonymous key, and {KEY_VARIABLE} is not set.",
            next_step=f"set {KEY_VARIABLE} to the key that the web page ships",
        )
    return Gateway(rest, key)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("audit", short_help="Look at a live database, without writing to it.")(audit)
