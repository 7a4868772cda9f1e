"""``rempart adopt``: take a database that never saw Alembic under management."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from rempart.cli import gate_options
from rempart.cli.formats import Format


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("adopt", short_help="Take a database that never saw Alembic under management.")(adopt)


def adopt(
    env: Annotated[str, typer.Option("--env", metavar="NAME", help="The environment whose database it is.")],
    baseline: Annotated[
        str, typer.Option("--baseline", metavar="REV", help="The revision to compare and stamp it with.")
    ] = "head",
    write: Annotated[bool, typer.Option("--write", help="Write the revision that reconciles it, proved.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Run that revision, and stamp the database.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing anywhere; run it on a copy.")] = False,
    override: gate_options.Override = None,
    reason: gate_options.Reason = None,
    wait: gate_options.Wait = 0.0,
    confirm: gate_options.Confirm = None,
    format_: Annotated[Format, typer.Option("--format", help="How the outcome is written.")] = Format.TEXT,
) -> None:
    """Compare a database that never saw Alembic with a revision, draft what reconciles it, adopt it.

    Without --write or --apply it only reports; exit 1 when something stops an adoption: rows that break what would be
    added, or a difference for which no SQL is written.
    """
    from rempart.cli.deployment_report import print_document
    from rempart.cli.progress import progress
    from rempart.cli.terminal import print_lines
    from rempart.config import Config
    from rempart.deploy.adoption import finding, reporting
    from rempart.deploy.adoption.behind_gates import adopt_behind_gates
    from rempart.deploy.deploying import Told
    from rempart.deploy.target import target_of

    target = target_of(Config.find(), env)
    overrides = gate_options.overrides(target, override, reason)
    with progress() as told:
        if apply and not (write or dry_run):
            ask = gate_options.confirmation(target, confirm, told)
            found, document = adopt_behind_gates(target, baseline, overrides, wait, ask, Told(told.step, told.note))
        else:
            found = finding.adopt(target, baseline=baseline, write=write, apply=apply, dry_run=dry_run, step=told.step)
            document = None
    if format_ is Format.JSON:
        typer.echo(json.dumps(reporting.data(found), indent=2, ensure_ascii=False))
    else:
        print_lines(reporting.text(found))
        if document is not None:
            print_document(document, target.config)
    if not found.report.can_go_on:
        raise typer.Exit(1)
