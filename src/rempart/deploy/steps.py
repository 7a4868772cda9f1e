"""The revisions between where a database is and where it is to be, as they will run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pglast
from alembic.script import ScriptDirectory
from pglast import ast
from pglast.parser import ParseError

from rempart.config import Config
from rempart.errors import GateFailure, UsageError
from rempart.lint.statement import Direction
from rempart.revisions import released, runner
from rempart.revisions.lint_units import RevisionUnits, revision_units
from rempart.revisions.recording import ENTERS_TRANSACTION, LEAVES_TRANSACTION

BASE = "base"
UPGRADE, DOWNGRADE = Direction.UPGRADE.value, Direction.DOWNGRADE.value


@dataclass(frozen=True)
class Step:
    """One revision, applied or undone.

    Attributes:
        revision: Its identifier.
        message: What it is for.
        file: Name of its file.
        direction: `upgrade` or `downgrade`.
        sha256: Of its content, upgrade and downgrade.
        sql: What runs.
        transactional: Whether it runs in one transaction.
        maintenance: Flags that must be up while it runs.
    """

    revision: str
    message: str
    file: str
    direction: str
    sha256: str
    sql: str
    transactional: bool
    maintenance: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """The project's revisions, rendered.

    Attributes:
        config: The project.
        known: All revisions, from the first to the last.
        digests: Of the content of each.
        rendered: Their SQL.
        script: Alembic's view of them.
    """

    config: Config
    known: tuple[str, ...]
    digests: dict[str, str]
    rendered: RevisionUnits
    script: ScriptDirectory

    @classmethod
    def of(cls, config: Config) -> History:
        """Read and render the revisions of a project.

        Args:
            config: The project.

        Raises:
            UsageError: They form no history, or one cannot be rendered.
        """
        rendered = revision_units(config)
        script = ScriptDirectory.from_config(runner.configured(config))
        return cls(config, tuple(runner.history(config)), released.digests(rendered.units), rendered, script)

    def resolved(self, wanted: str) -> str:
        """The identifier of `head`, `base`, or the beginning of an identifier.

        Args:
            wanted: What was asked for.

        Raises:
            UsageError: There is no such revision, or several.
        """
        if wanted == "head":
            return self.known[-1]
        if wanted == BASE:
            return BASE
        found = [one for one in self.known if one == wanted] or [one for one in self.known if one.startswith(wanted)]
        if len(found) != 1:
            what = "there is no revision" if not found else "several revisions begin with"
            raise UsageError(f"{what} {wanted}.", "`alembic history` lists the revisions there are.")
        return found[0]

    def steps(self, start: str, goal: str) -> list[Step]:
        """The way from one revision to another.

        Args:
            start: Where the database is: a revision or `base`.
            goal: Where it is to be.

        Raises:
            UsageError: The database is at a revision that the project does not have.
            GateFailure: A revision on the way can be neither done nor undone as a whole.
        """
        begin, end = self._place(start), self._place(goal)
        if end >= begin:
            return [self._step(revision, UPGRADE) for revision in self.known[begin:end]]
        return [self._step(revision, DOWNGRADE) for revision in reversed(self.known[end:begin])]

    def edited(self, applied: Iterable[tuple[str, str]]) -> list[str]:
        """What is wrong with revisions that were applied once.

        Args:
            applied: Each with the digest it had then.
        """
        found = []
        for revision, digest in applied:
            if revision not in self.digests:
                found.append(f"revision {revision} was applied and is gone")
            elif self.digests[revision] != digest:
                found.append(
                    f"revision {revision} was applied and its SQL was edited since"
                    f" ({digest[:12]} then, {self.digests[revision][:12]} now)"
                )
        return found

    def _place(self, revision: str) -> int:
        if revision == BASE:
            return 0
        if revision not in self.known:
            raise UsageError(
                f"the database is at revision {revision}, which this project does not have.",
                "Deploy from the commit that has it, or a later one.",
            )
        return self.known.index(revision) + 1

    def _step(self, revision: str, direction: str) -> Step:
        script = self.script.get_revision(revision)
        assert script is not None
        texts = [
            text.text
            for unit in self.rendered.units
            if unit.revision == revision and unit.direction == direction
            for text in unit.texts
        ]
        sql = "\n".join(text if text.rstrip().endswith(";") else f"{text.rstrip()};" for text in texts)
        flags = getattr(script.module, "maintenance", ())
        return Step(
            revision,
            script.doc.partition("\n")[0],
            Path(script.path).name,
            direction,
            self.digests.get(revision, ""),
            sql,
            _is_transactional(revision, texts),
            (flags,) if isinstance(flags, str) else tuple(flags),
        )


def reached(revision: str, direction: str) -> str:
    """Where a database is after its last step, for people.

    Args:
        revision: The revision of the step.
        direction: Whether it was applied or undone.
    """
    return revision if direction == UPGRADE else f"below {revision}"


def _is_transactional(revision: str, texts: Sequence[str]) -> bool:
    """Whether a revision runs in one transaction.

    One that does not must consist of statements that can be run again after any of them failed.
    """
    outside, within = list[str](), list[str]()
    left = False
    for text in texts:
        if text.strip() == LEAVES_TRANSACTION:
            left = True
        elif text.strip() == ENTERS_TRANSACTION:
            left = False
        else:
            (outside if left else within).append(text)
    if not outside:
        return True
    unsafe = [text for text in within if not _only(text, _harmless)] + [t for t in outside if not _only(t, _repeatable)]
    if unsafe:
        shown = " ".join(unsafe[0].split())[:80]
        raise GateFailure(
            f"revision {revision} runs partly outside of a transaction: if it fails half way, it cannot be run again"
            f" ({shown}).",
            "Give CREATE INDEX CONCURRENTLY and its like a revision of their own.",
        )
    return False


def _only(text: str, test: Callable[[object], bool]) -> bool:
    try:
        statements = pglast.parse_sql(text)
    except ParseError:
        return False
    return all(test(statement.stmt) for statement in statements)


def _harmless(statement: object) -> bool:
    return isinstance(statement, ast.VariableSetStmt)


def _repeatable(statement: object) -> bool:
    """Whether a statement that ran once, or broke off, can be run again."""
    match statement:
        case ast.IndexStmt():
            # One without a name gets another name each time.
            return bool(statement.concurrent and statement.idxname)
        case ast.DropStmt():
            return bool(statement.concurrent)
        case ast.AlterEnumStmt():
            return bool(statement.skipIfNewValExists)
        case ast.ReindexStmt() | ast.VacuumStmt() | ast.VariableSetStmt():
            return True
    return False
