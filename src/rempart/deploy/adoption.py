"""Take a database that never saw Alembic under management: compare, ask the rows, draft, apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from psycopg import sql

from rempart.catalog.compare import Difference, compare
from rempart.catalog.fingerprint import fingerprint
from rempart.catalog.granting import Setup
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.default_privileges import DefaultPrivileges
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.view import View
from rempart.catalog.model import Catalog
from rempart.catalog.plan import Plan, plan
from rempart.catalog.read import read
from rempart.catalog.statement import qualified
from rempart.deploy.adoption_apply import Adopted, Expected, carry_out, refuse_managed
from rempart.deploy.adoption_conflicts import Conflict, Unasked, conflicts
from rempart.deploy.adoption_copy import SchemaCopy
from rempart.deploy.adoption_draft import Draft, draft_of, file_of, read_draft, text_of
from rempart.deploy.adoption_state import Aim, Closing, aim_of, cut, deviations
from rempart.deploy.steps import BASE, History
from rempart.deploy.target import Connection, Facts, Target, facts_of, refuse_another
from rempart.errors import GateFailure, UsageError
from rempart.lint.configuration import load
from rempart.lint.registry import all_rules
from rempart.lint.settings import Settings
from rempart.postgres import binaries
from rempart.postgres.server import connect
from rempart.revisions.differing import setup
from rempart.revisions.workbench import Workbench, without_maintain, without_own_objects, workbench
from rempart.sources.source import parse

Step = Callable[[str], None]
_SHOWN = 12
_WRITTEN_ANEW = frozenset({"query", "columns"})


@dataclass(frozen=True)
class Report:
    """What stands between a database and its baseline.

    Attributes:
        environment: Name of the environment.
        baseline: The revision.
        facts: What the database says of itself.
        state: Fingerprint of what the project answers for there.
        matching: How many objects are the same, by kind.
        plan: What differs, and what closes it.
        unmanaged: What only the database has, and keeps.
        refused: What no SQL is written for, and why.
        conflicts: Rows that break what would be added.
        unasked: What could not be asked of the rows.
        notes: What a person should know before.
    """

    environment: str
    baseline: str
    facts: Facts
    state: str
    matching: Mapping[str, int]
    plan: Plan
    unmanaged: tuple[Identity, ...]
    refused: tuple[tuple[Identity, str], ...]
    conflicts: tuple[Conflict, ...]
    unasked: tuple[Unasked, ...]
    notes: tuple[str, ...]

    @property
    def differences(self) -> list[Difference]:
        """What is not as in the baseline."""
        return [one for one in self.plan.differences if one.identity not in set(self.unmanaged)]

    @property
    def closings(self) -> list[Difference]:
        """The unmanaged objects that are to be closed."""
        return [one for one in self.plan.differences if one.identity in set(self.unmanaged)]

    @property
    def can_go_on(self) -> bool:
        """Whether nothing but work stands in the way."""
        return not self.refused and not self.conflicts


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
    with _assessed(target, revision, step, major) as found:
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
        listed = "".join(f"\n  {one.object}: {one.rows} row(s) against {one.rule}" for one in report.conflicts)
        raise GateFailure(
            f"rows break what would be added, and somebody has to decide about them:{listed}",
            "`rempart adopt` without --write or --apply says which rows, and what to decide. Nothing was written.",
        )
    if report.refused:
        listed = "".join(f"\n  {identity}: {reason}" for identity, reason in report.refused)
        raise GateFailure(
            f"no SQL is written for a part of the difference:{listed}",
            "Do this by hand, as the owner, then adopt again. Nothing was written.",
        )


def _written(outcome: Outcome, found: _Assessment, *, dry_run: bool) -> Outcome:
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


def _read(file: Path, found: _Assessment) -> Draft:
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


@dataclass
class _Assessment:
    """A database that was looked at, with what is needed to go on."""

    target: Target
    report: Report
    aim: Aim
    closing: Closing
    bench: Workbench
    baseline: Catalog
    live: Catalog
    live_before: Catalog
    settings: Settings
    copy: Callable[[], SchemaCopy]

    def drafted(self) -> Draft:
        """The revision, proved."""
        report = self.report
        draft = draft_of(report.environment, report.baseline, report.state, report.plan, self.aim)
        reached = self._reached(draft)
        unmanaged = set(self.aim.unmanaged)
        left = [
            one
            for one in compare(self.aim.after, reached)
            if not (one.identity in unmanaged and one.identity.kind == "view" and set(one.changes) <= _WRITTEN_ANEW)
            or one.action != "alter"
        ]
        if left:
            listed = "".join(f"\n  {one.identity}: {', '.join(one.changes) or one.action}" for one in left[:_SHOWN])
            raise GateFailure(
                f"no revision was written, for on a copy it does not reach the baseline:{listed}",
                "Close these differences by hand, as the owner, then adopt again.",
            )
        return draft

    def expected(self, draft: Draft | None) -> Expected:
        """What the database has to be at both ends; an edited revision is run on a copy for it."""
        same = self.bench.server.major == self.report.facts.major
        if draft is None:
            after = self.aim.after
        else:
            after = self._reached(draft)
            if astray := deviations(after, self.aim, self.closing):
                listed = "".join(f"\n  {line}" for line in astray[:_SHOWN])
                raise GateFailure(
                    f"the reconciling revision does not reach the baseline:{listed}",
                    "Correct the file, or move it away and have it drafted again. Nothing was changed.",
                )
        return Expected(self.live_before, after, self._cut, same)

    def _reached(self, draft: Draft) -> Catalog:
        """What the revision leaves on a copy, whose roles are those of the live server."""
        left = self.copy().run(draft.statements)
        if self.bench.server.major != self.report.facts.major:
            left = without_maintain(left)
        wide = ("role", "membership", "database")
        kept = {one: made for one, made in left.objects.items() if one.kind not in wide}
        for one in self.aim.unmanaged:
            # A copy without rows does not fill them.
            old, made = self.aim.before.objects[one], kept.get(one)
            if isinstance(old, View) and isinstance(made, View):
                kept[one] = replace(made, populated=old.populated)
        there = {one: made for one, made in self.live.objects.items() if one.kind in wide}
        return self._cut(replace(left, objects=there | kept))

    def _cut(self, catalog: Catalog) -> Catalog:
        return cut(self.baseline, catalog, self.settings.platform_schemas)


@contextmanager
def _assessed(target: Target, revision: str, step: Step, major: int | None) -> Iterator[_Assessment]:
    config = target.config
    settings = load(str(config.root), [*(rule.name for rule in all_rules()), "squawk/"]).settings
    with target.connection("adopt, reading") as live:
        live.execute("set default_transaction_read_only = on")
        milliseconds = round(target.environment.statement_timeout.total_seconds() * 1000)
        live.execute("select pg_catalog.set_config('statement_timeout', %s, false)", (str(milliseconds),))
        facts = facts_of(live)
        refuse_another(target, facts)
        refuse_managed(live)
        installed = facts.major in binaries.installed()
        with workbench(config, major or (facts.major if installed else None), step) as bench:
            source = parse(f"revisions@{revision}")
            baseline, found = bench.both(source, parse(f"env:{target.name}"))
            notes = list(_seeded(bench, source.written, baseline))
            closing = _closing(target, baseline, settings)
            aim = aim_of(baseline, found, settings.platform_schemas, closing)
            step("comparing")
            way = plan(aim.before, aim.after, Setup(facts.owner, tuple(sorted(closing.roles))))
            refused = tuple(dict.fromkeys([*aim.refused, *way.refused, *_losing(way, aim)]))
            rows, unasked = conflicts(live, aim, step)
            here = without_own_objects(read(live))
            before = cut(baseline, here, settings.platform_schemas)
            report = Report(
                target.name,
                revision,
                facts,
                fingerprint(before),
                _matching(aim),
                way,
                aim.unmanaged,
                refused,
                tuple(rows),
                tuple(unasked),
                (*aim.notes, *notes),
            )

            def copy() -> SchemaCopy:
                return SchemaCopy(bench, target.url, live, facts.owner)

            yield _Assessment(
                target, report, aim, closing, bench, baseline, found, before, settings, copy
            )  # fmt: skip


def _closing(target: Target, baseline: Catalog, settings: Settings) -> Closing:
    config = target.config
    names = {one.name for one in baseline.objects if one.kind == "role"}
    roles = {*setup(config, baseline).closed, config.anonymous_role} & names
    return Closing(frozenset(roles), config.anonymous_role, settings.trusted_roles, config.exposed_schemas)


def _matching(aim: Aim) -> dict[str, int]:
    unmanaged = set(aim.unmanaged)
    counted: Counter[str] = Counter(
        one.kind
        for one, made in aim.after.objects.items()
        if one not in unmanaged and (old := aim.before.objects.get(one)) is not None and not old.changes(made)
    )
    return dict(counted)


def _losing(way: Plan, aim: Aim) -> Iterator[tuple[Identity, str]]:
    """Nothing that holds data is ever dropped."""
    for one in way.steps:
        old = aim.before.objects.get(one.identity)
        if one.action == "drop" and one.loses and old is not None and not isinstance(old, DefaultPrivileges):
            yield one.identity, "it holds data, and would have to be dropped"


def _seeded(bench: Workbench, written: str, baseline: Catalog) -> Iterator[str]:
    """What the baseline's revisions put into tables: an adoption brings no rows."""
    tables = [made for made in baseline.objects.values() if isinstance(made, Table) and made.relkind == "r"]
    with connect(bench.server.url(bench.database(parse(written)))) as connection:
        for made in tables:
            asked = sql.SQL("select pg_catalog.count(*) from only {}").format(qualified(made.schema, made.name))
            row = connection.execute(asked).fetchone()
            if row is not None and row[0]:
                yield (
                    f"the revisions put {row[0]} row(s) into {made.schema}.{made.name}; an adoption brings no rows:"
                    " add by hand what is missing"
                )
