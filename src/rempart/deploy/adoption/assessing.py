"""What stands between a database that never saw Alembic and a revision, and what is needed to close it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from psycopg import sql

from rempart.audit.project import lint_configuration
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
from rempart.deploy.adoption.applying import Expected, refuse_managed
from rempart.deploy.adoption.conflicts import Conflict, Unasked, conflicts
from rempart.deploy.adoption.copy_of_target import SchemaCopy
from rempart.deploy.adoption.draft import Draft, draft_of
from rempart.deploy.adoption.state import Aim, Closing, aim_of, cut, deviations
from rempart.deploy.target import Facts, Target, facts_of, refuse_another
from rempart.errors import GateFailure
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
        not_compared: What it has and is of a kind that is not read: its kind, its name.
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
    not_compared: tuple[tuple[str, str], ...]
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


@dataclass
class Assessment:
    """A database that was looked at, with what is needed to go on.

    Attributes:
        target: The database.
        report: What was found.
        aim: Where the adoption leads.
        closing: Whom unmanaged objects are closed to.
        bench: The throw-away server.
        baseline: What the baseline's revisions leave.
        live: The whole database, as the throw-away server's version describes it.
        live_before: What the project answers for in it, as its own version describes it.
        settings: Of the rules.
        copy: Makes a copy of the schema.
    """

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
        """The revision that closes the differences, proved on a copy.

        Raises:
            GateFailure: It does not run there, or does not reach the baseline.
        """
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
        """What the database has to be at both ends; a revision is run on a copy for it.

        Args:
            draft: The revision, perhaps edited; None when nothing differs.

        Raises:
            GateFailure: It does not run there, or leaves what an adoption may not leave.
        """
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
def assessed(target: Target, revision: str, step: Step, major: int | None) -> Iterator[Assessment]:
    """Look at a database, without writing to it.

    Args:
        target: The database.
        revision: The baseline.
        step: Told what is being done.
        major: Version of Postgres to compare on; the database's own where there is an embedded server of it.

    Raises:
        UsageError: It is under management, or another environment's.
        OperationError: It could not be reached.
    """
    config = target.config
    settings = lint_configuration(config.root).settings
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
            here = without_own_objects(read(live))
            found = _filled(found, here)
            notes = list(_seeded(bench, source.written, baseline))
            closing = _closing(target, baseline, settings)
            aim = aim_of(baseline, found, settings.platform_schemas, closing)
            step("comparing")
            way = plan(aim.before, aim.after, Setup(facts.owner, tuple(sorted(closing.roles))))
            refused = tuple(dict.fromkeys([*aim.refused, *way.refused, *_losing(way, aim)]))
            rows, unasked = conflicts(live, aim, step)
            before = cut(baseline, here, settings.platform_schemas)
            report = Report(
                target.name,
                revision,
                facts,
                fingerprint(before),
                _matching(aim),
                way,
                aim.unmanaged,
                found.not_compared,
                refused,
                tuple(rows),
                tuple(unasked),
                (*aim.notes, *notes),
            )

            def copy() -> SchemaCopy:
                same = facts.major == bench.server.major
                return SchemaCopy(bench, target.url, live, facts.owner, same_version=same)

            yield Assessment(
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


def _filled(found: Catalog, here: Catalog) -> Catalog:
    """A catalog that may have been brought over by a dump, which fills no materialized view, with those that are."""
    views = {
        one: replace(made, populated=there.populated)
        for one, made in found.objects.items()
        if isinstance(made, View) and isinstance(there := here.objects.get(one), View)
    }
    return replace(found, objects={**found.objects, **views})


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
