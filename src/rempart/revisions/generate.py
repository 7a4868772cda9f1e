"""The next revision, from the difference between the revisions and the declared state; proved before it is written."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from rempart.catalog.compare import compare
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.table import Table
from rempart.catalog.model import Catalog
from rempart.catalog.plan import Plan, Step
from rempart.catalog.statement import qualified
from rempart.errors import GateFailure
from rempart.postgres.server import connect
from rempart.revisions import renames
from rempart.revisions.differing import planned
from rempart.revisions.renames import Rename
from rempart.revisions.workbench import Workbench, without_version_schema
from rempart.sources.source import parse

_SHOWN = 8


@dataclass(frozen=True)
class Content:
    """The content of a revision.

    Attributes:
        upgrade: SQL, a statement each; comments mark those that lose something.
        downgrade: The same, for the way back.
        guarded: Tables whose rows the way back would lose.
    """

    upgrade: tuple[str, ...]
    downgrade: tuple[str, ...]
    guarded: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.upgrade


@dataclass(frozen=True)
class Generated:
    """A revision, and why it is as it is.

    Attributes:
        plan: The differences it closes.
        content: Its content.
    """

    plan: Plan
    content: Content


def generate(bench: Workbench, *, destructive: bool = False, renamed: Sequence[Rename] = ()) -> Generated:
    """Write the statements of the next revision, and prove them on throw-away databases.

    Args:
        bench: Where the sources become databases.
        destructive: Whether the revision may lose what users have stored.
        renamed: Tables and columns that got another name, and are not dropped and made anew.

    Raises:
        GateFailure: No SQL is written for a difference, the revision would lose something, or what was written does
            not reach the declared state or does not come back. Nothing of it is written.
        UsageError: A renamed object does not exist.
        OperationError: The revisions or the declared state could not be built.
    """
    start = bench.copy(bench.database(parse("revisions")))
    original, goal = without_version_schema(bench.catalog(start), bench.catalog_of(parse("declared")))
    forth = renames.statements(renamed, original)
    back = renames.statements([rename.reversed() for rename in reversed(renamed)], goal)
    if forth:
        _run(bench, start, forth, "the renaming")
    before, goal = without_version_schema(bench.catalog(start), goal)
    upgrade, downgrade = planned(bench, before, goal), planned(bench, goal, before)
    _require_all(upgrade, downgrade)
    if upgrade.losses and not destructive:
        raise _destructive(upgrade, renames.likely(upgrade.differences))
    content = Content((*forth, *_marked(upgrade.steps)), (*_marked(downgrade.steps), *back), _guarded(downgrade, goal))
    if forth or upgrade.differences:
        _prove(bench, content, original, goal)
    return Generated(upgrade, content)


def _require_all(*plans: Plan) -> None:
    refused = dict.fromkeys(entry for plan in plans for entry in plan.refused)
    if refused:
        listed = "".join(f"\n  {identity}: {reason}" for identity, reason in refused)
        raise GateFailure(
            f"no revision was written, for there is no SQL for a part of it:{listed}",
            "Write this revision by hand (`alembic revision -m …`); `rempart diff revisions declared` shows all of it.",
        )


def _destructive(plan: Plan, likely: Sequence[Rename]) -> GateFailure:
    listed = "".join(f"\n  {step.loses}" for step in plan.losses)
    asked = "".join(f"\n  --rename {shlex.quote(str(rename))}" for rename in likely)
    question = f" If it is only a new name, say so:{asked}" if asked else ""
    return GateFailure(
        f"no revision was written, for it would lose:{listed}",
        f"Write it by `rempart revision --allow-destructive -m …` if that is meant.{question}",
    )


def _marked(steps: Iterable[Step]) -> list[str]:
    return [
        (f"-- destructive: loses {step.loses}\n" if step.loses and index == 0 else "") + statement
        for step in steps
        for index, statement in enumerate(step.statements)
    ]


def _guarded(downgrade: Plan, goal: Catalog) -> tuple[str, ...]:
    """The tables whose rows, or a part of them, the way back would lose."""
    found = []
    for step in downgrade.losses:
        made = goal.objects.get(step.identity)
        if isinstance(made, Table | Column):
            found.append(qualified(made.schema, made.name).as_string())
    return tuple(dict.fromkeys(found))


def _prove(bench: Workbench, found: Content, before: Catalog, goal: Catalog) -> None:
    """Go there and back on a throw-away database, and compare."""
    bench.step("proving the revision on a throw-away database")
    name = bench.copy(bench.database(parse("revisions")))
    _run(bench, name, found.upgrade, "the upgrade")
    _require_same(bench.catalog(name), goal, "the upgrade does not reach the declared state")
    _run(bench, name, found.downgrade, "the downgrade")
    _require_same(bench.catalog(name), before, "the downgrade does not come back to where the revisions are")


def _run(bench: Workbench, name: str, statements: Sequence[str], what: str) -> None:
    with connect(bench.server.url(name)) as connection:
        try:
            with connection.transaction():
                connection.execute(sql.SQL("set local role {}").format(sql.Identifier(bench.config.owner)))
                for statement in statements:
                    connection.execute(statement.encode(), prepare=False)
        except psycopg.Error as error:
            raise GateFailure(
                f"no revision was written, for {what} fails: {error.diag.message_primary or error}",
                "Write this revision by hand; `rempart diff revisions declared` shows the difference.",
            ) from error


def _require_same(reached: Catalog, wanted: Catalog, what: str) -> None:
    left = compare(*without_version_schema(reached, wanted))
    if left:
        listed = "".join(f"\n  {one.identity}: {', '.join(one.changes) or one.action}" for one in left[:_SHOWN])
        raise GateFailure(
            f"no revision was written, for {what}:{listed}",
            "Write this revision by hand; `rempart diff revisions declared` shows the difference.",
        )
