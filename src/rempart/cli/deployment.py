"""The commands ``rempart status``, ``plan``, ``apply``, ``promote`` and ``rollback``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from rempart.cli import gate_options
from rempart.cli.formats import Format
from rempart.cli.progress import progress
from rempart.errors import UsageError

if TYPE_CHECKING:
    from rempart.deploy.deploying import Request
    from rempart.deploy.gates.running import Passed
    from rempart.deploy.planning import Plan
    from rempart.deploy.target import Target

_Env = Annotated[str, typer.Option("--env", metavar="NAME", help="The environment.")]
_To = Annotated[str, typer.Option("--to", metavar="REV", help="The revision to reach.")]
_Output = Annotated[Format, typer.Option("--format", help="How to print it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("status", short_help="Where an environment stands.")(status)
    app.command("plan", short_help="What would run on an environment, tried on a copy.")(plan)
    app.command("apply", short_help="Apply pending revisions to an environment, behind gates.")(apply)
    app.command("promote", short_help="Bring an environment to where another one is.")(promote)
    app.command("rollback", short_help="Take an environment back to an earlier revision.")(rollback)


def status(env: _Env, output: _Output = Format.TEXT) -> None:
    """Where an environment stands: its revision, what is pending, the last deployment."""
    from rempart.cli import deployment_report
    from rempart.deploy.status import status_of

    target = _target(env)
    found = status_of(target)
    if output is Format.JSON:
        _json(deployment_report.status_data(env, found))
    else:
        deployment_report.print_status(env, found)


def plan(
    env: _Env,
    to: _To = "head",
    gates: Annotated[bool, typer.Option("--gates", help="Ask the gates too.")] = False,
    output: _Output = Format.TEXT,
) -> None:
    """What would run on an environment, tried on a throw-away copy of its schema; writes the plan to be approved.

    Shows the SQL of each revision, whom it stops and for how long, what it changes for whom, and the way back.
    """
    from rempart.cli import deployment_report
    from rempart.deploy.deploying import Request, Told, prepared
    from rempart.deploy.gates.project import findings_of
    from rempart.deploy.gates.running import run_gates
    from rempart.deploy.planning import write_plan

    target = _target(env)
    request = Request(target, to, with_access=True)
    with (
        progress() as told,
        target.connection("plan") as connection,
        prepared(request, connection, Told(told.step, told.note)) as found,
    ):
        found.require_whole()
        situation = found.situation
        passed = run_gates(situation, {}) if gates else None
        findings = findings_of(situation)
    file = write_plan(target.config, situation.plan) if situation.plan.steps else None
    shown = (situation, findings, passed, file)
    if output is Format.JSON:
        _json(deployment_report.plan_data(*shown))
    else:
        deployment_report.print_plan(*shown)


def apply(
    env: Annotated[list[str], typer.Option("--env", metavar="NAME", help="The environment; a pattern for several.")],
    to: _To = "head",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do it on a throw-away copy of the schema.")] = False,
    with_data: Annotated[bool, typer.Option("--with-data", help="Dry run on a restored backup, with rows.")] = False,
    override: gate_options.Override = None,
    reason: gate_options.Reason = None,
    wait: gate_options.Wait = 0.0,
    confirm: gate_options.Confirm = None,
    parallel: Annotated[int, typer.Option("--parallel", metavar="N", min=1, help="Environments at a time.")] = 1,
    output: _Output = Format.TEXT,
) -> None:
    """Apply the pending revisions to an environment, behind its gates; each in its own transaction, checked first.

    With a pattern (--env 'depot-*') to several: the canaries first, and nothing more after a failure.
    """
    from rempart.config import Config
    from rempart.deploy.fleet import matching

    if with_data and not dry_run:
        raise UsageError("--with-data is for a dry run.", "Add --dry-run.")
    names = matching(Config.find(), env)
    if len(names) > 1 or any(character in one for one in env for character in "*?["):
        passed_on = _arguments({"--to": [to], "--override": override or [], "--reason": [reason], "--wait": [wait],
                                "--confirm": [confirm]}, dry_run=dry_run, with_data=with_data)  # fmt: skip
        _fleet(names, parallel, passed_on, output)
        return
    from rempart.deploy.deploying import Request

    target = _target(names[0])
    overrides = gate_options.overrides(target, override, reason)
    request = Request(target, to, "apply", overrides, wait, confirm=gate_options.confirmation(target, confirm))
    if dry_run:
        _dry_run(request, output, with_data=with_data)
    else:
        _deploy(request, output)


def promote(
    source: Annotated[str, typer.Option("--from", metavar="NAME", help="The environment that has it already.")],
    target_name: Annotated[str, typer.Option("--to", metavar="NAME", help="The environment that is to get it.")],
    revision: Annotated[
        str | None, typer.Option("--revision", metavar="REV", help="The revision to reach; that of --from by default.")
    ] = None,
    override: gate_options.Override = None,
    reason: gate_options.Reason = None,
    wait: gate_options.Wait = 0.0,
    confirm: gate_options.Confirm = None,
    output: _Output = Format.TEXT,
) -> None:
    """Bring an environment to where another is: gates, plan, confirmation, revisions, audit, evidence."""
    from rempart.deploy.deploying import Request
    from rempart.deploy.promotion import goal_of

    target = _target(target_name)
    goal = goal_of(target, source, revision)
    overrides = gate_options.overrides(target, override, reason)
    _deploy(
        Request(target, goal, "promote", overrides, wait, confirm=gate_options.confirmation(target, confirm)), output
    )


def rollback(
    env: _Env,
    to: Annotated[str, typer.Option("--to", metavar="REV", help="The revision to go back to.")],
    rehearse: Annotated[bool, typer.Option("--rehearse", help="First on the latest backup, restored.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only on a throw-away copy.")] = False,
    accept_data_loss: Annotated[bool, typer.Option("--accept-data-loss", help="Rows may be lost.")] = False,
    override: gate_options.Override = None,
    reason: gate_options.Reason = None,
    wait: gate_options.Wait = 0.0,
    confirm: gate_options.Confirm = None,
    output: _Output = Format.TEXT,
) -> None:
    """Take an environment back to an earlier revision, to exactly what it was there."""
    from rempart.deploy.deploying import Request
    from rempart.deploy.rolling_back import refuse_forward

    target = _target(env)
    refuse_forward(target, to)
    overrides = gate_options.overrides(target, override, reason)
    request = Request(
        target, to, "rollback", overrides, wait, accept_data_loss, confirm=gate_options.confirmation(target, confirm)
    )
    if rehearse or dry_run:
        _dry_run(request, output if dry_run else None, with_data=rehearse)
    if not dry_run:
        _deploy(request, output)


def _target(name: str) -> Target:
    from rempart.config import Config
    from rempart.deploy.target import target_of

    return target_of(Config.find(), name)


def _deploy(request: Request, output: Format) -> None:
    from rempart.cli import deployment_report
    from rempart.deploy.deploying import Told, deploy

    def confirm(plan: Plan, gates: Sequence[Passed]) -> None:
        with told.pause():
            request.confirm(plan, gates)

    with progress() as told:
        result = deploy(replace(request, confirm=confirm), Told(told.step, told.note))
    if output is Format.JSON:
        _json(result.document)
    else:
        deployment_report.print_document(result.document, request.target.config)
    if result.error is not None:
        raise result.error


def _dry_run(request: Request, output: Format | None, *, with_data: bool) -> None:
    """Try it on a copy; without an output only a failure is told, for the real thing follows."""
    from rempart.cli import deployment_report
    from rempart.deploy.deploying import Told, dry_run
    from rempart.deploy.restored import rehearsal_with_rows

    with progress() as told:
        if with_data:
            with rehearsal_with_rows(request.target, told.step) as restored:
                document = dry_run(request, Told(told.step, told.note), restored=restored)
        else:
            document = dry_run(request, Told(told.step, told.note))
    if output is None:
        return
    if output is Format.JSON:
        _json(document)
    else:
        deployment_report.print_document(document, request.target.config)
    if document["outcome"] != "succeeded":
        raise typer.Exit(1)


def _fleet(names: Sequence[str], parallel: int, arguments: Sequence[str], output: Format) -> None:
    from rempart.cli import deployment_report
    from rempart.config import Config
    from rempart.deploy.fleet import apply_to_all

    with progress() as told:
        found = apply_to_all(Config.find(), names, parallel, arguments, told.step)
    if output is Format.JSON:
        _json(deployment_report.fleet_data(found))
    else:
        deployment_report.print_fleet(found)
    if not all(one.ok for one in found):
        # What a signal ended has a negative one.
        raise typer.Exit(max(one.code if one.code is not None and one.code > 0 else 1 for one in found if not one.ok))


def _arguments(given: Mapping[str, Sequence[object]], **flags: bool) -> list[str]:
    """The options of a command, for the same command on one environment."""
    found = [
        word for name, values in given.items() for value in values if value is not None for word in (name, str(value))
    ]
    return found + [f"--{name.replace('_', '-')}" for name, wanted in flags.items() if wanted]


def _json(data: object) -> None:
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
