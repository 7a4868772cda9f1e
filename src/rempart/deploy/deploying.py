"""A deployment from beginning to end: lock, rehearsal, gates, revisions, audit, and the record of all of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rempart.deploy.auditing import audited
from rempart.deploy.document import Journal, new_id
from rempart.deploy.ending import committed, in_words, record
from rempart.deploy.gates.running import ALWAYS, Override, Passed, refusal, run_gates
from rempart.deploy.gates.situation import Situation
from rempart.deploy.interrupted import note_interrupted
from rempart.deploy.lock import DeploymentLock, deployment_lock
from rempart.deploy.observing import access_changes, keep_start
from rempart.deploy.planfile import requesters_of
from rempart.deploy.planning import Plan, plan_of, revision_of, server_time, write_plan
from rempart.deploy.postchecks import PostChecks
from rempart.deploy.record import evidence, ledger
from rempart.deploy.record.ledger import Entry
from rempart.deploy.rehearsal import Rehearsal, rehearsal
from rempart.deploy.resuming import begun_before, catalog_at_beginning
from rempart.deploy.running import Hooks, Limits, run_steps
from rempart.deploy.steps import DOWNGRADE, UPGRADE, History, Step
from rempart.deploy.target import Connection, Target, facts_of, refuse_another
from rempart.deploy.who import person, who
from rempart.errors import GateFailure, OperationError, RempartError
from rempart.postgres import binaries
from rempart.revisions.workbench import Workbenches


@dataclass(frozen=True)
class Request:
    """What somebody asks for.

    Attributes:
        target: Where.
        goal: The revision to reach.
        operation: `apply`, `promote` or `rollback`.
        overrides: Gates and checks whose no is let pass.
        wait: Seconds to wait for another deployment.
        allow_data_loss: Whether a downgrade may lose rows.
        confirm: Asked before anything is changed; raises to leave.
        with_access: Whether access is observed even where no gate asks for it.
    """

    target: Target
    goal: str = "head"
    operation: str = "apply"
    overrides: Mapping[str, Override] = field(default_factory=dict)
    wait: float = 0.0
    allow_data_loss: bool = False
    confirm: Callable[[Plan, Sequence[Passed]], None] = lambda _plan, _gates: None
    with_access: bool = False


@dataclass(frozen=True)
class Told:
    """Who is told what while it goes on.

    Attributes:
        step: What is being done now.
        note: What a person should know.
    """

    step: Callable[[str], None] = lambda _message: None
    note: Callable[[str], None] = lambda _message: None


@dataclass(frozen=True)
class Prepared:
    """A deployment that can begin.

    Attributes:
        request: What was asked for.
        situation: What the gates look at.
        rehearsed: The copy on which the revisions ran.
        journal: What is known of it so far.
        begun: When it began, by a clock that does not jump.
        broken: Why a revision failed on the copy already; None when none did.
    """

    request: Request
    situation: Situation
    rehearsed: Rehearsal
    journal: Journal
    begun: float
    broken: RempartError | None = None

    def require_whole(self) -> None:
        """Go on only when every revision ran on the copy.

        Raises:
            RempartError: One failed there.
        """
        if self.broken is not None:
            raise self.broken

    @property
    def plan(self) -> Plan:
        """What is to run."""
        return self.situation.plan


@contextmanager
def prepared(request: Request, connection: Connection, told: Told) -> Iterator[Prepared]:
    """Find out what would run, and try it on a copy of the target's schema. Nothing is changed on the target.

    Args:
        request: What is asked for.
        connection: A session on the target.
        told: Who is told.

    Raises:
        UsageError: The database is another environment's, or at a revision that the project does not have.
        OperationError: The target cannot be reached or copied.
    """
    begun, target, config = time.monotonic(), request.target, request.target.config
    facts = facts_of(connection)
    refuse_another(target, facts)
    told.step("reading the revisions")
    history = History.of(config)
    start, goal = revision_of(target), history.resolved(request.goal)
    steps = history.steps(start, goal)
    entries = ledger.entries(connection) if facts.marker else []
    deployer = who(config.root, config.deployment.evidence)
    now = server_time(connection)
    observes = request.with_access or target.environment.protected
    major = facts.major if facts.major in binaries.installed() else binaries.DEFAULT_MAJOR
    with (
        Workbenches(config, told.step) as benches,
        rehearsal(config, target.url, major, start, told.step, target.environment.lock_timeout) as rehearsed,
    ):
        before = keep_start(rehearsed) if observes and steps else ""
        broken = _broken(rehearsed, steps, request, entries, told)
        access, trouble = access_changes(rehearsed, before, told.step) if observes and broken is None else (None, "")
        plan = plan_of(target, facts, rehearsed, steps, start, goal, connection, person(deployer.actor))
        requesters = requesters_of(config.deployment.evidence, target.name, plan.id, plan.requested_by)
        situation = Situation(
            target, connection, plan, history, entries, deployer, requesters, now, access, trouble,
            request.allow_data_loss, benches, told.step,
        )  # fmt: skip
        journal = Journal(new_id(request.operation, now), request.operation, plan, deployer, requesters, now)
        journal.access = access
        journal.failed = steps[len(rehearsed.effects)] if broken is not None else None
        yield Prepared(request, situation, rehearsed, journal, begun, broken)


def _broken(
    rehearsed: Rehearsal, steps: Sequence[Step], request: Request, entries: Sequence[Entry], told: Told
) -> RempartError | None:
    """Run the revisions on the copy; why one failed there."""
    try:
        rehearsed.run(steps, told.step, begun=begun_before(entries), allow_data_loss=request.allow_data_loss)
    except (GateFailure, OperationError) as error:
        return error
    return None


@dataclass(frozen=True)
class Result:
    """How a deployment ended.

    Attributes:
        document: Its document; see docs/evidence.md.
        error: What went wrong: a gate or a check before a commit said no, or a revision failed and was rolled back.
    """

    document: dict[str, Any]
    error: RempartError | None = None


def deploy(request: Request, told: Told) -> Result:
    """Deploy.

    Args:
        request: What is asked for.
        told: Who is told.

    Returns:
        How it ended; what did not succeed is recorded too.

    Raises:
        OperationError: The database could not be reached.
        UsageError: What was asked for makes no sense, or was not confirmed.
    """
    target = request.target
    purpose = f"{request.operation} by {_actor(target)}"
    with in_words(), deployment_lock(target, purpose, request.wait, told.step) as lock:
        connection = lock.connection
        for line in note_interrupted(target, connection):
            told.note(line)
        with prepared(request, connection, told) as found:
            return _Deployment(found, lock, told).run()


class _Deployment:
    """The part that changes the target."""

    def __init__(self, found: Prepared, lock: DeploymentLock, told: Told) -> None:
        self._found, self._lock, self._told = found, lock, told
        self._connection, self._journal = lock.connection, found.journal
        self._target, self._plan = found.request.target, found.plan
        self._database: str | None = None
        self._started, self._before = 0.0, ""
        effects = {effect.step.revision: effect for effect in found.rehearsed.effects}
        self._checks = PostChecks(
            self._target.config,
            found.rehearsed.server.major,
            effects,
            tuple(found.request.overrides),
            _recorded(found.situation),
        )
        self._checks.seen = self._journal.seen
        self._journal.complaints = self._checks.complaints

    def run(self) -> Result:
        """Ask the gates, run the revisions, audit, and record."""
        request, journal = self._found.request, self._journal
        if (broken := self._found.broken) is not None:
            # Whether it is the right database at all is told with it.
            journal.gates = run_gates(self._found.situation, request.overrides, ALWAYS)
            document = self._record("refused", "refused", broken.message)
            return Result(document, refusal(journal.gates, self._target.name) or broken)
        journal.gates = run_gates(self._found.situation, request.overrides)
        if self._plan.steps:
            write_plan(self._target.config, self._plan)
        if (error := refusal(journal.gates, self._target.name)) is not None:
            return Result(self._record("refused", "refused", error.message), error)
        request.confirm(self._plan, journal.gates)
        self._lock.check()
        return self._apply()

    def _apply(self) -> Result:
        journal, plan = self._journal, self._plan
        if plan.facts.marker is None:
            ledger.ensure(self._connection)
            self._database = ledger.mark(self._connection, self._target.name).database
        ledger.append(self._connection, "started", journal.id, self._beginning())
        try:
            with in_words():
                self._told.step("looking at the target")
                journal.seen.append(self._checks.look(self._connection))
                self._run_steps()
                journal.audit = audited(self._target, self._found.situation.benches, self._told.step)
        except RempartError as error:
            journal.done = committed(self._target, journal.id, plan.steps, journal.done)
            left = [step for step in plan.steps if step not in [one for one, _, _ in journal.done]]
            journal.failed = left[0] if left else None
            return Result(self._record("failed", "failed", error.message), error)
        return Result(self._record("finished", "succeeded", None))

    def _run_steps(self) -> None:
        target, config = self._target, self._target.config
        environment = target.environment
        hooks = Hooks(self._before_commit, self._starting, self._committed, self._note)
        limits = Limits(environment.lock_timeout, environment.statement_timeout, environment.attempts)
        run_steps(
            target.url, config, self._plan.steps, hooks, limits, self._connection,
            allow_data_loss=self._found.request.allow_data_loss,
        )  # fmt: skip

    def _starting(self, step: Step) -> bool:
        """A revision begins; whether an earlier deployment began it outside of a transaction and did not finish."""
        self._lock.check()
        self._told.step(f"{step.direction} of revision {step.revision}: {step.message}")
        self._started = time.monotonic()
        seen = self._journal.seen[-1]
        self._before = seen.fingerprint
        if step.transactional:
            return False
        entries = ledger.entries(self._connection)
        begun = step.revision in begun_before(entries)
        self._before = catalog_at_beginning(entries, step.revision, seen.catalog.major) or self._before
        content = {
            "revision": step.revision,
            "direction": step.direction,
            "sha256": step.sha256,
            "catalog": {"before": self._before, "postgres": seen.catalog.major},
        }
        ledger.append(self._connection, "step", self._journal.id, content)
        return begun

    def _before_commit(self, step: Step, connection: Connection) -> None:
        now = self._checks.check(step, connection)
        content = self._journal.revision(step, now, self._before, time.monotonic() - self._started)
        ledger.append(connection, "revision", self._journal.id, content)
        self._lock.check()

    def _committed(self, step: Step, seconds: float, attempts: int) -> None:
        self._journal.done.append((step, seconds, attempts))

    def _note(self, message: str) -> None:
        self._journal.notes.append(message)
        self._told.note(message)

    def _beginning(self) -> dict[str, Any]:
        journal, plan = self._journal, self._plan
        return {
            "operation": journal.operation,
            "from": plan.start,
            "to": plan.goal,
            "plan": plan.id,
            "actor": journal.who.actor,
            "release": journal.who.release,
            "commit": journal.who.commit,
            "overrides": {one.check.name: one.override.data for one in journal.gates if one.override is not None},
        }

    def _record(self, kind: str, outcome: str, error: str | None) -> dict[str, Any]:
        """Write down how it ended: in the ledger, where there is one, and in the evidence folder."""
        seconds = time.monotonic() - self._found.begun
        # The revision after which the checks failed was looked at and rolled back.
        del self._journal.seen[len(self._journal.done) + 1 :]
        document = self._journal.document(outcome, error, seconds, self._database)
        record(self._target, self._connection, kind, document, self._told.note)
        return document


def dry_run(request: Request, told: Told, *, restored: Rehearsal | None = None) -> dict[str, Any]:
    """Do everything on a throw-away copy, and record it. The target is only read.

    Args:
        request: What is asked for.
        told: Who is told.
        restored: A copy with rows, of a backup, instead of one of the schema.

    Returns:
        The document.

    Raises:
        RempartError: See `deploy`; what would fail on the target.
    """
    target = request.target
    with in_words(), target.connection("dry run") as connection, prepared(request, connection, told) as found:
        journal = found.journal
        journal.operation = "dry-run"
        journal.id = new_id("dry-run", journal.started_at)
        journal.gates = run_gates(found.situation, request.overrides, ALWAYS if found.broken is not None else None)
        if found.plan.steps and found.broken is None:
            write_plan(target.config, found.plan)
        closed = [one.check.name for one in journal.gates if not one.ok]
        said = f"gates closed: {', '.join(closed)}" if closed else None
        failure = found.broken
        if failure is not None:
            said = failure.message
        elif restored is not None and "data" not in closed:  # rows that nobody has given up would stop it there, too
            try:
                restored.run(found.plan.steps, told.step, allow_data_loss=request.allow_data_loss)
            except RempartError as error:
                failure, said = error, error.message
                journal.failed = found.plan.steps[len(restored.effects)]
        effects = (found.rehearsed if restored is None else restored).effects
        journal.done = [(effect.step, effect.seconds, 1) for effect in effects]
        outcome = "failed" if failure else "refused" if closed else "succeeded"
        document = journal.document(outcome, said, time.monotonic() - found.begun, None)
        evidence.write(target.config, document, None)
        if failure is not None:
            raise failure
        return document


def _recorded(situation: Situation) -> dict[str, str]:
    """For each revision that is to be undone, the fingerprint that the target had before it, where it is known."""
    found = {}
    for entry in situation.entries:
        if entry.kind == "revision" and entry.content["direction"] == UPGRADE:
            before = entry.content["catalog"]
            same_server = before["postgres"] == situation.plan.facts.major
            found[entry.content["revision"]] = before["before"] if same_server else None
    undone = {step.revision for step in situation.plan.steps if step.direction == DOWNGRADE}
    return {revision: before for revision, before in found.items() if before is not None and revision in undone}


def _actor(target: Target) -> str:
    return person(who(target.config.root, target.config.deployment.evidence).actor)
