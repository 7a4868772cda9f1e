"""The options of commands that go through gates: overriding one, waiting, confirming."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from rempart.errors import UsageError

if TYPE_CHECKING:
    from rempart.cli.progress import Progress
    from rempart.deploy.gates.running import Override as GateOverride
    from rempart.deploy.gates.running import Passed
    from rempart.deploy.planning import Plan
    from rempart.deploy.target import Target

Override = Annotated[
    list[str] | None, typer.Option("--override", metavar="GATE", help="Let a gate's no pass; recorded.")
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; at least 10 characters.")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", help="Wait for another deployment to end.")]
Confirm = Annotated[
    str | None,
    typer.Option("--confirm", metavar="NAME", help="Name of the protected environment, where nobody can type it."),
]


def overrides(target: Target, gates: Sequence[str] | None, reason: str | None) -> Mapping[str, GateOverride]:
    """The gates whose no is let pass.

    Args:
        target: The environment.
        gates: Their names, as they were given.
        reason: Why.

    Raises:
        UsageError: There is no such gate, or no reason.
    """
    from rempart.deploy.gates.running import overrides_of
    from rempart.deploy.who import actor, person

    return overrides_of(gates or [], reason, person(actor(target.config.root)))


def confirmation(
    target: Target, given: str | None, progress: Progress | None = None
) -> Callable[[Plan, Sequence[Passed]], None]:
    """What asks for the name of a protected environment before anything is changed.

    Args:
        target: The environment.
        given: The name, when it was given as an option.
        progress: Shown meanwhile; it pauses for the question.
    """

    def ask(plan: Plan, gates: Sequence[Passed]) -> None:
        if not target.environment.protected or (not plan.steps and plan.operation != "adopt"):
            return
        if given is not None:
            _check(target, given)
            return
        if not sys.stdin.isatty():
            raise UsageError(
                f"{target.name} is protected, and nobody is here to confirm.", f"Add --confirm {target.name}."
            )
        if progress is None:
            _asked(target, plan, gates)
        else:
            with progress.pause():
                _asked(target, plan, gates)

    return ask


def _asked(target: Target, plan: Plan, gates: Sequence[Passed]) -> None:
    from rempart.cli import deployment_report

    deployment_report.print_before(plan, gates)
    try:
        typed = input(f"Type {target.name} to go on: ")
    except EOFError:
        typed = ""
    _check(target, typed)


def _check(target: Target, typed: str) -> None:
    if typed.strip() != target.name:
        raise UsageError(
            f"not confirmed: {typed.strip() or 'nothing'} is not {target.name}. Nothing was changed.",
            "Run it again, and confirm with the name of the environment.",
        )
