"""The command ``rempart approve``: a person signs a plan that another one asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rempart.cli.formats import Format
from rempart.cli.terminal import shown

if TYPE_CHECKING:
    from rempart.deploy.approvals.approval import Approval


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("approve", short_help="Sign a plan that somebody else asked for.")(approve)


def approve(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="The file of the plan, or the beginning of its id.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it may go ahead.")],
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="The SSH key to sign with; REMPART_SSH_KEY or git's by default."),
    ] = None,
    principal: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Who approves; by default the owner of the key.")
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How the outcome is written.")] = Format.TEXT,
) -> None:
    """Approve a plan that somebody else asked for, by a signature with your SSH key.

    It holds for this plan, this database and its state, and for a time: when one of them moves it is void.
    """
    from rempart.config import Config
    from rempart.deploy.approvals import approval
    from rempart.deploy.planfile import find_plan

    config = Config.find()
    made = approval.approve(config, find_plan(config, plan), reason, key, principal)
    if output is Format.JSON:
        typer.echo(json.dumps(_data(made), indent=2, ensure_ascii=False))
    else:
        _print(made)


def _data(made: Approval) -> dict[str, object]:
    return {
        "version": 1,
        "plan": made.plan["plan"],
        "environment": made.plan["environment"],
        "approver": made.approver,
        "expires_at": made.expires_at.isoformat().replace("+00:00", "Z"),
        "file": str(made.file),
    }


def _print(made: Approval) -> None:
    plan = made.plan
    names = ", ".join(one["revision"] for one in plan["revisions"]) or "no revision"
    asked = f", asked for by {plan['requested_by']}" if plan.get("requested_by") else ""
    typer.echo(f"{made.approver} approves {plan['operation']} to {plan['environment']}: {names}{asked}")
    typer.echo(f"plan {plan['plan'][:12]}, until {made.expires_at:%Y-%m-%d %H:%M} UTC: {shown(made.file)}")
