"""An adoption as a deployment: behind the lock and the gates, confirmed, audited, and recorded like any other."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import psycopg

from rempart.deploy.adoption.assessing import Report
from rempart.deploy.adoption.draft import Draft
from rempart.deploy.adoption.finding import Hooks, Outcome, adopt
from rempart.deploy.auditing import audited
from rempart.deploy.deploying import Told
from rempart.deploy.document import Journal, new_id
from rempart.deploy.ending import in_words, record
from rempart.deploy.gates.running import Override, Passed, refusal, run_gates
from rempart.deploy.gates.situation import Situation
from rempart.deploy.lock import deployment_lock
from rempart.deploy.planfile import requesters_of
from rempart.deploy.planning import Plan, server_time, write_plan
from rempart.deploy.postchecks import PostChecks
from rempart.deploy.record import evidence
from rempart.deploy.steps import UPGRADE, History, Step
from rempart.deploy.target import Connection, Target, facts_of
from rempart.deploy.who import person, who
from rempart.errors import RempartError
from rempart.revisions.autogenerate import sql_text
from rempart.revisions.workbench import Workbenches

_UNMANAGED = "unmanaged"


class _Adoption:
    """What is known of an adoption while it goes on."""

    def __init__(
        self,
        target: Target,
        connection: Connection,
        benches: Workbenches,
        overrides: Mapping[str, Override],
        confirm: Callable[[Plan, Sequence[Passed]], None],
        told: Told,
    ) -> None:
        self._target, self._connection, self._benches = target, connection, benches
        self._overrides, self._confirm, self._told = overrides, confirm, told
        self._begun = time.monotonic()
        self._checks = PostChecks(target.config, connection.info.server_version // 10000, {})
        self.history = History.of(target.config)
        self.now = server_time(connection)
        self.id = new_id("adopt", self.now)
        self.journal: Journal | None = None
        self._stamped: Mapping[str, str] = {}

    def gates(self, report: Report, draft: Draft | None) -> None:
        """Ask the gates, and a person.

        Raises:
            GateFailure: One is closed; that is recorded.
        """
        config = self._target.config
        deployer = who(config.root, config.deployment.evidence)
        plan = self._plan(report, draft, person(deployer.actor))
        requesters = requesters_of(config.deployment.evidence, self._target.name, plan.id, plan.requested_by)
        self.journal = Journal(self.id, "adopt", plan, deployer, requesters, self.now)
        situation = Situation(
            self._target, self._connection, plan, self.history, (), deployer, requesters, self.now, None, "", False,
            self._benches, self._told.step,
        )  # fmt: skip
        self.journal.gates = run_gates(situation, self._overrides, self._wanted())
        write_plan(config, plan)
        if (error := refusal(self.journal.gates, self._target.name)) is not None:
            evidence.write(config, self._document("refused", error.message), None)
            raise error
        self._confirm(plan, self.journal.gates)
        self._told.step("looking at the target")
        self.journal.seen.append(self._checks.look(self._connection))

    def finish(self, outcome: Outcome, stamped: Mapping[str, str]) -> dict[str, Any]:
        """Audit what was adopted, and record it.

        Args:
            outcome: What was done.
            stamped: The revisions that the database has now without their having run, with their SHA-256.

        Raises:
            RempartError: It could not be audited; it is adopted all the same, and recorded.
        """
        assert self.journal is not None and outcome.adopted is not None
        self._stamped = stamped
        self.journal.done = [(step, outcome.adopted.seconds, outcome.adopted.attempts) for step in self._steps]
        try:
            with in_words():
                self.journal.seen.append(self._checks.look(self._connection))
                self.journal.audit = audited(self._target, self._benches, self._told.step)
        except RempartError as error:
            self._record("failed", "failed", f"it is adopted, and could not be audited: {error.message}")
            raise
        return self._record("finished", "succeeded", None)

    def broken_off(self, error: RempartError) -> None:
        """Record an adoption that was confirmed, and did not reach its end."""
        if self.journal is not None and self.journal.seen:
            self._record("failed", "failed", error.message)

    def _record(self, kind: str, outcome: str, error: str | None) -> dict[str, Any]:
        document = self._document(outcome, error)
        record(self._target, self._connection, kind, document, self._told.note)
        return document

    @property
    def _steps(self) -> tuple[Step, ...]:
        return self.journal.plan.steps if self.journal is not None else ()

    def _wanted(self) -> list[str]:
        environment = self._target.environment
        names = ["target", "git", "lint", "check"] if environment.protected else ["target"]
        if environment.backup.required:
            names.append("backup")
        return [*names, "approval"] if environment.protected else names

    def _plan(self, report: Report, draft: Draft | None, requested_by: str) -> Plan:
        steps: tuple[Step, ...] = ()
        if draft is not None:
            what, sql = "reconciles the database with its baseline", sql_text(draft.statements)
            steps = (Step(draft.revision, what, "", UPGRADE, draft.sha256, sql, True),)
        facts = facts_of(self._connection)
        return Plan(
            "adopt", self._target.name, facts, report.state, _UNMANAGED, report.baseline, steps, (), (), requested_by,
            self.now,
        )  # fmt: skip

    def _document(self, outcome: str, error: str | None) -> dict[str, Any]:
        assert self.journal is not None
        database = None
        # A session that is lost cannot tell; the deployment is recorded without.
        with suppress(RempartError, psycopg.Error):
            marker = facts_of(self._connection).marker
            database = marker.database if marker else None
        document = self.journal.document(outcome, error, time.monotonic() - self._begun, database)
        plan, adopted = self.journal.plan, bool(self._stamped)
        return document | {
            "reached": plan.goal if adopted else plan.start,
            "rollback": plan.rollback if adopted else None,
            "stamped": dict(self._stamped),
        }


def adopt_behind_gates(
    target: Target,
    baseline: str,
    overrides: Mapping[str, Override],
    wait: float,
    confirm: Callable[[Plan, Sequence[Passed]], None],
    told: Told,
) -> tuple[Outcome, dict[str, Any] | None]:
    """Adopt a database, by the reconciling revision that was drafted and read.

    Args:
        target: The database.
        baseline: The revision it is stamped with.
        overrides: Gates whose no is let pass.
        wait: Seconds to wait for another deployment.
        confirm: Asked before anything is changed; raises to leave.
        told: Who is told.

    Returns:
        What was found and done, and the document of the deployment.

    Raises:
        RempartError: See `adoption.adopt`; a gate is closed, or another deployment holds the lock.
    """
    with (
        in_words(),
        Workbenches(target.config, told.step) as benches,
        deployment_lock(target, "adopt", wait, told.step) as lock,
    ):
        found = _Adoption(target, lock.connection, benches, overrides, confirm, told)
        known = found.history.known
        stamped = known[: known.index(found.history.resolved(baseline)) + 1]
        digests = {revision: found.history.digests[revision] for revision in stamped}
        hooks = Hooks(
            gates=found.gates,
            before_commit=lambda _connection: lock.check(),
            content={"revisions": digests},
            deployment=found.id,
        )
        try:
            outcome = adopt(target, baseline=baseline, apply=True, hooks=hooks, step=told.step)
        except RempartError as error:
            found.broken_off(error)
            raise
        return outcome, found.finish(outcome, digests) if outcome.adopted is not None else None
