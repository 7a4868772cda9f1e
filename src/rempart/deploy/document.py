"""The document of a deployment: what the ledger and the evidence folder keep of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rempart.access.widening import AccessChange
from rempart.audit.model import Anonymous, Audit
from rempart.deploy.gates.running import Passed
from rempart.deploy.planning import Plan
from rempart.deploy.postchecks import Seen
from rempart.deploy.record.canonical import utc
from rempart.deploy.rehearsal import Effect
from rempart.deploy.steps import Step, reached
from rempart.deploy.who import Who
from rempart.postgres.server import masked


@dataclass
class Journal:
    """What is known of a deployment so far.

    Attributes:
        id: Its id.
        operation: `apply`, `promote`, `rollback`, `adopt` or `dry-run`.
        plan: What is to run.
        who: Who deploys what.
        requested_by: Who asked for it.
        started_at: By the server's clock.
        gates: What the gates said.
        access: What changes for whom; None when it was not observed.
        seen: The target at first, and after each revision that was committed; empty when it was not looked at.
        done: The revisions that were committed, with seconds and attempts.
        failed: The revision that was not.
        complaints: What the checks before a commit said and a person accepted.
        audit: The audit at the end.
        notes: What a person should know.
    """

    id: str
    operation: str
    plan: Plan
    who: Who
    requested_by: Sequence[str]
    started_at: datetime
    gates: Sequence[Passed] = ()
    access: Sequence[AccessChange] | None = None
    seen: list[Seen] = field(default_factory=list)
    done: list[tuple[Step, float, int]] = field(default_factory=list)
    failed: Step | None = None
    complaints: Mapping[str, Sequence[str]] = field(default_factory=dict)
    audit: Audit | None = None
    notes: list[str] = field(default_factory=list)

    def document(self, outcome: str, error: str | None, seconds: float, database: str | None) -> dict[str, Any]:
        """The document.

        Args:
            outcome: `succeeded`, `failed`, `refused` or `interrupted`.
            error: What went wrong.
            seconds: How long it took, by a clock that does not jump.
            database: Id of the database; None before it has one.
        """
        plan, marker = self.plan, self.plan.facts.marker
        last = self.done[-1][0] if self.done else None
        return {
            "version": 1,
            "id": self.id,
            "operation": self.operation,
            "environment": plan.environment,
            "database": {
                "id": marker.database if marker else database,
                "name": plan.facts.name,
                "server": plan.facts.server,
            },
            "actor": self.who.actor,
            "requested_by": ", ".join(self.requested_by),
            "release": self.who.release,
            "commit": self.who.commit,
            "started_at": utc(self.started_at),
            "finished_at": utc(self.started_at + timedelta(seconds=seconds)),
            "seconds": round(seconds, 3),
            "outcome": outcome,
            "error": masked(error) if error else None,
            "from": plan.start,
            "to": plan.goal,
            "reached": reached(last.revision, last.direction) if last else plan.start,
            "plan": plan.id,
            "revisions": [self._revision(index, step) for index, step in enumerate(plan.steps)],
            "gates": [gate_data(one) for one in self.gates],
            "accepted": [
                {"revision": revision, "said": line} for revision, lines in self.complaints.items() for line in lines
            ],
            "catalog": {
                "before": self.seen[0].fingerprint if self.seen else plan.state,
                "after": self.seen[-1].fingerprint if self.seen else plan.state,
            },
            "integrity": {"before": _counts(self.seen[0]), "after": _counts(self.seen[-1])} if self.seen else None,
            "access": None if self.access is None else [access_change(one) for one in self.access],
            "anon": _anon(self.seen[-1].anon) if self.seen else None,
            "audit": None if self.audit is None else {"passes": not _found(self.audit), "found": _found(self.audit)},
            "rollback": plan.rollback if self.done and self.operation != "dry-run" else None,
            "stamped": {},
            "notes": list(self.notes),
        }

    def revision(self, step: Step, seen: Seen, before: str, seconds: float) -> dict[str, Any]:
        """What the ledger says of one revision, written in its own transaction.

        Args:
            step: The revision.
            seen: The target after it.
            before: Fingerprint of the target before it.
            seconds: How long it has taken so far.
        """
        return {
            "revision": step.revision,
            "direction": step.direction,
            "sha256": step.sha256,
            "catalog": {"before": before, "after": seen.fingerprint, "postgres": seen.catalog.major},
            "integrity": _counts(seen),
            "seconds": round(seconds, 3),
        }

    def _revision(self, index: int, step: Step) -> dict[str, Any]:
        done = {one.revision: (seconds, attempts) for one, seconds, attempts in self.done}
        outcome = "done" if step.revision in done else "failed" if step == self.failed else "not run"
        seconds, attempts = done.get(step.revision, (None, None))
        before, after = self._around(index, outcome)
        effect = self.plan.effects[index] if index < len(self.plan.effects) else None
        return {
            "revision": step.revision,
            "message": step.message,
            "direction": step.direction,
            "sha256": step.sha256,
            "sql": masked(step.sql),
            "outcome": outcome,
            "seconds": None if seconds is None else round(seconds, 3),
            "attempts": attempts,
            "catalog": None if after is None else {"before": before.fingerprint, "after": after.fingerprint},
            "integrity": None if after is None else _counts(after),
            "changes": [] if effect is None else changes_of(effect),
        }

    def _around(self, index: int, outcome: str) -> Any:
        if outcome != "done" or index + 1 >= len(self.seen):
            return None, None
        return self.seen[index], self.seen[index + 1]


def new_id(operation: str, now: datetime) -> str:
    """An id for a deployment: when, what, and something that makes it the only one.

    Args:
        operation: What.
        now: When.
    """
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{operation}-{secrets.token_hex(3)}"


def changes_of(effect: Effect) -> list[dict[str, Any]]:
    """What a revision changes, object by object.

    Args:
        effect: What it did on the copy.
    """
    return [{"action": one.action, "object": str(one.identity), "fields": list(one.changes)} for one in effect.changes]


def access_change(one: AccessChange) -> dict[str, Any]:
    """What changes for a persona.

    Args:
        one: The change.
    """
    return {
        "subject": one.subject,
        "persona": one.persona,
        "command": one.command,
        "before": one.before,
        "after": one.after,
        "wider": one.wider,
        "columns": list(one.columns),
        "reason": one.reason,
    }


def gate_data(one: Passed) -> dict[str, Any]:
    """What a gate said.

    Args:
        one: The gate.
    """
    override = one.override
    return {
        "name": one.check.name,
        "ok": one.check.ok,
        "said": masked(one.check.said),
        "details": [masked(line) for line in one.check.details],
        "seconds": round(one.check.seconds, 3),
        "override": None if override is None else override.data,
    }


def _counts(seen: Seen) -> dict[str, int] | None:
    return None if seen.integrity is None else dict(seen.integrity)


def _anon(anon: Anonymous | None) -> dict[str, Any] | None:
    if anon is None:
        return None
    return {
        "relations": len(anon.relations),
        "rows": [one.name for one in anon.leaks],
        "writable": [one.name for one in anon.writable],
        "functions": [one.name for one in anon.functions if one.exposed],
    }


def _found(audit: Audit) -> list[str]:
    """What an audit found, a line each."""
    anon = audit.anonymous
    lines = [f"{anon.role} reads {one.name}" for one in anon.leaks] if anon else []
    lines += [f"{anon.role} writes {one.name}" for one in anon.writable] if anon else []
    lines += [f"{one.rule}: {one.message}" for one in audit.findings if one.fails]
    return lines + [f"drift: {one.change} {one.object}" for one in audit.drift.differences]
