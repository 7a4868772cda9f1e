"""The commands ``rempart status``, ``plan``, ``apply``, ``promote`` and ``rollback``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from rempart.cli.formats import Format
from rempart.cli.progress import progress
from rempart.errors import UsageError

if TYPE_CHECKING:
    from rempart.deploy.deploying import Request
    from rempart.deploy.gates import Passed
    from rempart.deploy.planning import Plan
    from rempart.deploy.target import Target

_Env = Annotated[str, typer.Option("--env", metavar="NAME", help="The environment.")]
_To = Annotated[str, typer.Option("--to", metavar="REV", help="The revision to reach.")]
_Output = Annotated[Format, typer.Option("--format", help="How to print it.")]
_Override = Annotated[
    list[str] | None, typer.Option("--override", metavar="GATE", help="Let a gate's no pass; recorded.")
]
_Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; at least 10 characters.")]
_Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", help="Wait for another deployment to end.")]
_Confirm = Annotated[
    str | None,
    typer.Option("--confirm", metavar="NAME", help="Name of the protected environment, where nobody can type it."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("status")(status)
    app.command("plan")(plan)
    app.command("apply")(apply)
    app.command("promote")(promote)
    app.command("rollback")(rollback)


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
    from rempart.deploy.gates import run_gates
    from rempart.deploy.planning import write_plan
    from rempart.deploy.project_gates import findings_of

    target = _target(env)
    request = Request(target, to, with_access=True)
    with (
        progress() as told,
        target.connection("plan") as connection,
        prepared(request, connection, Told(told.step, told.note)) as found,
    ):
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
    override: _Override = None,
    reason: _Reason = None,
    wait: _Wait = 0.0,
    confirm: _Confirm = None,
    parallel: Annotated[int, typer.Option("--parallel", metavar="N", help="Environments at a time.")] = 1,
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
        _fleet(names, parallel, output)
        return
    from rempart.deploy.deploying import Request
    from rempart.deploy.gates import overrides_of

    target = _target(names[0])
    overrides = overrides_of(override or [], reason, _person(target))
    request = Request(target, to, "apply", overrides, wait, confirm=_Confirmation(target, confirm).ask)
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
    override: _Override = None,
    reason: _Reason = None,
    wait: _Wait = 0.0,
    confirm: _Confirm = None,
    output: _Output = Format.TEXT,
) -> None:
    """Bring an environment to where another is: gates, plan, confirmation, revisions, audit, evidence."""
    from rempart.deploy.deploying import Request
    from rempart.deploy.gates import overrides_of
    from rempart.deploy.promotion import goal_of

    target = _target(target_name)
    goal = goal_of(target, source, revision)
    overrides = overrides_of(override or [], reason, _person(target))
    _deploy(Request(target, goal, "promote", overrides, wait, confirm=_Confirmation(target, confirm).ask), output)


def rollback(
    env: _Env,
    to: Annotated[str, typer.Option("--to", metavar="REV", help="The revision to go back to.")],
    rehearse: Annotated[bool, typer.Option("--rehearse", help="First on the latest backup, restored.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only on a throw-away copy.")] = False,
    accept_data_loss: Annotated[bool, typer.Option("--accept-data-loss", help="Rows may be lost.")] = False,
    override: _Override = None,
    reason: _Reason = None,
    wait: _Wait = 0.0,
    confirm: _Confirm = None,
    output: _Output = Format.TEXT,
) -> None:
    """Take an environment back to an earlier revision, to exactly what it was there."""
    from rempart.deploy.deploying import Request
    from rempart.deploy.gates import overrides_of
    from rempart.deploy.rolling_back import refuse_forward

    target = _target(env)
    refuse_forward(target, to)
    overrides = overrides_of(override or [], reason, _person(target))
    request = Request(
        target, to, "rollback", overrides, wait, accept_data_loss, confirm=_Confirmation(target, confirm).ask
    )
    if rehearse or dry_run:
        _dry_run(request, output if dry_run else None, with_data=rehearse)
    if not dry_run:
        _deploy(request, output)


def _target(name: str) -> Target:
    from rempart.config import Config
    from rempart.deploy.target import target_of

    return target_of(Config.find(), name)


def _person(target: Target) -> str:
    from rempart.deploy.who import actor, person

    return person(actor(target.config.root))


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


def _fleet(names: Sequence[str], parallel: int, output: Format) -> None:
    from rempart.cli import deployment_report
    from rempart.config import Config
    from rempart.deploy.fleet import apply_to_all

    with progress() as told:
        found = apply_to_all(Config.find(), names, parallel, _own_arguments(), told.step)
    if output is Format.JSON:
        _json(deployment_report.fleet_data(found))
    else:
        deployment_report.print_fleet(found)
    if not all(one.ok for one in found):
        raise typer.Exit(max(one.code or 1 for one in found if not one.ok))


def _own_arguments() -> list[str]:
    """What was asked for besides the environments."""
    kept, skip = [], False
    for argument in sys.argv[2:]:
        if skip:
            skip = False
        elif argument in ("--env", "--parallel", "--format"):
            skip = True
        elif not argument.startswith(("--env=", "--parallel=", "--format=")):
            kept.append(argument)
    return kept


class _Confirmation:
    """Asks for the name of a protected environment before anything is changed."""

    def __init__(self, target: Target, given: str | None) -> None:
        self._target, self._given = target, given

    def ask(self, plan: Plan, gates: Sequence[Passed]) -> None:
        """Ask, after showing what would run.

        Args:
            plan: What would run.
            gates: What the gates said.
        """
        from rempart.cli import deployment_report

        if not self._target.environment.protected or not plan.steps:
            return
        if self._given is not None:
            self._check(self._given)
            return
        if not sys.stdin.isatty():
            raise UsageError(
                f"{self._target.name} is protected, and nobody is here to confirm.",
                f"Add --confirm {self._target.name}.",
            )
        deployment_report.print_before(plan, gates)
        self._check(input(f"Type {self._target.name} to go on: "))

    def _check(self, typed: str) -> None:
        if typed.strip() != self._target.name:
            raise UsageError(
                f"not confirmed: {typed.strip() or 'nothing'} is not {self._target.name}. Nothing was changed.",
                "Run it again, and confirm with the name of the environment.",
            )


def _json(data: object) -> None:
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
