"""The gates before an environment: each a named check, run in order, none skipped in silence."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rempart.access import acknowledged
from rempart.deploy import postchecks
from rempart.deploy.approvals import approval
from rempart.deploy.backups import register
from rempart.deploy.builds import contract, in_service
from rempart.deploy.gates import losing, project, staging, target
from rempart.deploy.gates.situation import Situation
from rempart.deploy.steps import DOWNGRADE, UPGRADE
from rempart.errors import GateFailure, RempartError, UsageError
from rempart.revisions.checking import Check

_Gate = Callable[[Situation], Check]
NEVER_OVERRIDDEN = ("target", "revisions")
"""What these say no to cannot be made right by a reason."""


@dataclass(frozen=True)
class Override:
    """That a person lets a gate's no pass.

    Attributes:
        reason: Why.
        by: Who.
    """

    reason: str
    by: str

    @property
    def data(self) -> dict[str, str]:
        """As the ledger and the evidence keep it."""
        return {"reason": self.reason, "by": self.by}


@dataclass(frozen=True)
class Passed:
    """A gate, and whether it is passed.

    Attributes:
        check: What it said.
        override: Who let it pass all the same.
    """

    check: Check
    override: Override | None = None

    @property
    def ok(self) -> bool:
        """Whether the deployment may go on."""
        return self.check.ok or self.override is not None


ALWAYS = ("target", "ledger", "revisions")
"""The gates that stand before every environment; they look at nothing that a rehearsal leaves."""


def names() -> tuple[str, ...]:
    """The names of all gates, and of the checks before each commit."""
    return (*_GATES, *postchecks.NAMES)


def run_gates(
    situation: Situation, overrides: Mapping[str, Override], only: Sequence[str] | None = None
) -> list[Passed]:
    """Ask the gates of an environment.

    Args:
        situation: What they look at.
        overrides: Whose no a person lets pass.
        only: Names of the gates; those that stand before the environment by default.

    Returns:
        What each said, in order.
    """
    found = []
    for name in wanted(situation) if only is None else only:
        situation.step(f"gate {name}")
        started = time.monotonic()
        try:
            check = _GATES[name](situation)
        except RempartError as error:
            # What keeps a gate from looking is a no of that gate, with its reason.
            check = Check(name, False, "could not be checked", (f"{error.message} {error.next_step}".strip(),))
        took = time.monotonic() - started
        check = replace(check, name=name, seconds=took)
        found.append(Passed(check, None if check.ok else overrides.get(name)))
    return found


def refusal(gates: Sequence[Passed], environment: str) -> GateFailure | None:
    """What keeps a deployment from beginning; None when every gate is passed.

    Args:
        gates: What the gates said.
        environment: Name of the environment they stand before.
    """
    closed = [one.check.name for one in gates if not one.ok]
    if not closed:
        return None
    return GateFailure(
        f"{len(closed)} of {len(gates)} gates before {environment} are closed: {', '.join(closed)}."
        " Nothing was changed.",
        "Put right what they say; --override GATE --reason TEXT is recorded.",
    )


def wanted(situation: Situation) -> list[str]:
    """The gates that stand before an environment.

    Args:
        situation: The deployment.
    """
    environment, steps = situation.target.environment, situation.plan.steps
    names = [*ALWAYS]
    if not steps:
        return [*names, "drift"] if environment.protected else names
    up = steps[0].direction == UPGRADE
    if environment.protected:
        names += ["git", "lint", "check", "staging", "drift"] if up else ["git", "drift"]
    if not up:
        names += ["data"]
    # Who accepts that rows are lost needs a backup that has them, wherever it is.
    if environment.backup.required or (not up and situation.allow_data_loss):
        names += ["backup"]
    if environment.protected and up:
        names += ["access"]
    names += ["application", "maintenance"]
    return [*names, "approval"] if environment.protected else names


def overrides_of(wanted: Sequence[str], reason: str | None, by: str) -> dict[str, Override]:
    """Understand which gates are to be let pass.

    Args:
        wanted: Their names.
        reason: Why.
        by: Who wishes it.

    Raises:
        UsageError: There is no such gate, it lets nobody pass, or the reason is missing or says nothing.
    """
    if not wanted:
        if reason is not None:
            raise UsageError("--reason says why a gate is overridden, and none is.", "Name it by --override GATE.")
        return {}
    for name in wanted:
        if name not in names():
            raise UsageError(f"there is no gate {name}.", f"The gates: {', '.join(names())}.")
        if name in NEVER_OVERRIDDEN:
            raise UsageError(f"the gate {name} is never overridden.", "Put right what it says no to.")
    if reason is None or len(reason.strip()) < 10:
        raise UsageError(
            f"--override {wanted[0]} needs a reason of at least 10 characters.", 'Give it by --reason "…".'
        )
    return {name: Override(reason.strip(), by) for name in wanted}


def _approval(situation: Situation) -> Check:
    return approval.gate(
        situation.target.config,
        situation.target.environment,
        situation.plan.content,
        situation.now,
        situation.requested_by,
        approval.ci_approval(os.environ),
    )


def _backup(situation: Situation) -> Check:
    facts = situation.plan.facts
    return register.gate(situation.target.config, situation.target.name, facts.marker, situation.now, facts.name)


def _access(situation: Situation) -> Check:
    if situation.access is None:
        return Check("access", False, "not observed", (situation.access_trouble,))
    return acknowledged.gate(situation.access, acknowledged.load(situation.target.config), situation.plan.goal)


def _application(situation: Situation) -> Check:
    effects = situation.plan.effects
    if not effects:
        return Check("application", True, "nothing changes")
    steps = [(one.step.revision, one.step.file, one.after) for one in effects]

    known = contract.load(situation.target.config)
    if effects[0].step.direction == DOWNGRADE:
        return in_service.gate(effects[0].before, [("", "", effects[-1].after)], known)
    return in_service.gate(effects[0].before, steps, known)


_GATES: Mapping[str, _Gate] = {
    "target": target.target,
    "ledger": target.ledger_intact,
    "revisions": target.revisions_unedited,
    "git": project.git,
    "lint": project.lint,
    "check": project.check,
    "staging": staging.staging,
    "drift": target.drift,
    "data": losing.data,
    "backup": _backup,
    "access": _access,
    "application": _application,
    "maintenance": target.maintenance,
    "approval": _approval,
}
