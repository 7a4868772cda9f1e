"""Take a database that never saw Alembic under management: compare, ask the rows, draft, apply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rempart.deploy.adoption.applying import Adopted, carry_out
from rempart.deploy.adoption.assessing import Assessment, Report, Step, assessed
from rempart.deploy.adoption.draft import Draft, file_of, read_draft, text_of
from rempart.deploy.steps import BASE, History
from rempart.deploy.target import Connection, Target
from rempart.errors import GateFailure, UsageError


@dataclass(frozen=True)
class Hooks:
    """What is done around an adoption by whoever calls it.

    Attributes:
        gates: Called before the database is touched, with what will be done: the SQL, or None to only stamp it. What it
            raises stops the adoption.
        before_commit: Called at the end of the transaction; what it raises rolls everything back.
        content: What else the ledger is to say.
        deployment: The adoption's name in the ledger; one is made by default.
    """

    gates: Callable[[Report, Draft | None], None] = lambda _report, _draft: None
    before_commit: Callable[[Connection], None] = lambda _connection: None
    content: Mapping[str, Any] = field(default_factory=dict)
    deployment: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What `adopt` found and did.

    Attributes:
        report: What stands between the database and its baseline.
        file: Where the reconciling revision is, or would be.
        written: Whether it was written now.
        rehearsed: Whether it ran on a copy, as it is in the file.
        adopted: What was done to the database; None when nothing was.
    """

    report: Report
    file: Path
    written: bool = False
    rehearsed: bool = False
    adopted: Adopted | None = None


def adopt(
    target: Target,
    *,
    baseline: str = "head",
    write: bool = False,
    apply: bool = False,
    dry_run: bool = False,
    hooks: Hooks | None = None,
    step: Step = lambda _message: None,
    major: int | None = None,
) -> Outcome:
    """Look at a database that never saw Alembic, draft what reconciles it with a baseline, or adopt it.

    Args:
        target: The database.
        baseline: The revision it is compared and stamped with.
        write: Whether the reconciling revision is written to its file.
        apply: Whether the database is adopted, by the revision in the file.
        dry_run: Whether nothing is written anywhere; with `apply`, the file is run on a copy.
        hooks: What is done around it.
        step: Told what is being done.
        major: Version of Postgres to compare on; the database's own where there is an embedded server of it.

    Raises:
        UsageError: There is no such revision, or the database is under management, or another environment's.
        GateFailure: Something stops it. Nothing was written, and the database is as it was.
        OperationError: The database could not be reached or locked.
    """
    hooks = hooks or Hooks()
    if write and apply:
        raise UsageError(
            "a reconciling revision is read by somebody before it runs.",
            "Write it with --write, read it, then run it with --apply.",
        )
    revision = _baseline(target, baseline)
    file = file_of(target.config, target.name, revision)
    with assessed(target, revision, step, major) as found:
        report = found.report
        outcome = Outcome(report, file)
        if not (write or apply):
            return outcome
        _require_clear(report)
        if write:
            return _written(outcome, found, dry_run=dry_run)
        draft = None
        if report.plan.differences:
            draft = _read(file, found)
        expected = found.expected(draft)
        outcome = replace(outcome, rehearsed=draft is not None)
        if dry_run:
            return outcome
        hooks.gates(report, draft)
        content = {"unmanaged": [str(one) for one in report.unmanaged], **hooks.content}
        done = carry_out(target, revision, draft, expected, content, hooks.before_commit, hooks.deployment)
        return replace(outcome, adopted=done)


def _baseline(target: Target, wanted: str) -> str:
    revision = History.of(target.config).resolved(wanted)
    if revision == BASE:
        raise UsageError("base is no baseline: it has nothing.", "Name a revision, or leave --baseline out.")
    return revision


def _require_clear(report: Report) -> None:
    if report.conflicts:
        listed = "".join(f"\n  {line}" for one in report.conflicts for line in one.lines())
        raise GateFailure(
            f"rows break what would be added, and somebody has to decide about them:{listed}",
            "Change these rows by hand, as the owner, then adopt again. Nothing was written.",
        )
    if report.refused:
        listed = "".join(f"\n  {identity}: {reason}" for identity, reason in report.refused)
        raise GateFailure(
            f"no SQL is written for a part of the difference:{listed}",
            "Do this by hand, as the owner, then adopt again. Nothing was written.",
        )


def _written(outcome: Outcome, found: Assessment, *, dry_run: bool) -> Outcome:
    report, file = outcome.report, outcome.file
    if not report.plan.differences:
        return outcome
    draft = found.drafted()
    outcome = replace(outcome, rehearsed=True)
    text = text_of(draft)
    if file.exists() and file.read_text(encoding="utf-8") != text:
        raise UsageError(
            f"{file} is there already, and is not what would be written now.",
            "Keep it, or move it away and run the same command again.",
        )
    if dry_run or file.exists():
        return outcome
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return replace(outcome, written=True)


def _read(file: Path, found: Assessment) -> Draft:
    report = found.report
    if not file.is_file():
        raise UsageError(
            f"the database differs from revision {report.baseline}, and there is no {file}.",
            "Have it written with --write, and read it.",
        )
    draft = read_draft(file, found.target.config, report.environment, report.baseline)
    if draft.state != report.state:
        raise GateFailure(
            f"the database changed since {file.name} was drafted:"
            f" it was {draft.state[:12]} then, and is {report.state[:12]} now. Nothing was changed",
            "Move the file away and have it drafted again: rempart adopt --write.",
        )
    return draft
