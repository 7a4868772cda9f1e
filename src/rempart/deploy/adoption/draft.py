"""The revision that reconciles a database with its baseline: written, read back, and run on a copy."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pglast
from alembic.script import ScriptDirectory
from pglast.ast import TransactionStmt
from pglast.parser import ParseError, split
from psycopg import sql

from rempart.catalog.kinds.column import Column
from rempart.catalog.plan import Plan, Step
from rempart.catalog.statement import qualified, raw, statement
from rempart.config import Config
from rempart.deploy.adoption.state import Aim
from rempart.errors import RempartError, UsageError
from rempart.revisions import runner
from rempart.revisions.autogenerate import python_text, sql_text
from rempart.revisions.recording import ENTERS_TRANSACTION, LEAVES_TRANSACTION, NeedsDatabase, NoValue, recording

FOLDER = "adoption"
_HEAD = '''"""Brings the database of {environment}, which never saw Alembic, to what revision {baseline} leaves.

Drafted by `rempart adopt --env {environment} --write`, and proved on a copy of the schema. It is not in the history:
no other database needs it. Read it; it may be edited. `rempart adopt --env {environment} --apply` runs it in one
transaction, as long as the database is in the state it was drafted for, and only if what it leaves is the baseline,
and beside it what the project does not know, closed.
"""

from rempart.revisions import execute

revision = "{revision}"
down_revision = None
branch_labels = None
depends_on = None

environment = "{environment}"
baseline = "{baseline}"
drafted_for = "{state}"


def upgrade() -> None:
    execute({sql})


def downgrade() -> None:
    raise NotImplementedError(
        "an adoption is not undone: what was there before let everybody in. Restore the backup made before it."
    )
'''


@dataclass(frozen=True)
class Draft:
    """A reconciling revision.

    Attributes:
        revision: Its identifier.
        environment: Whose database it is for.
        baseline: The revision it leads to.
        state: Fingerprint of the state it was drafted for.
        statements: Its SQL, a statement each.
    """

    revision: str
    environment: str
    baseline: str
    state: str
    statements: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The digest of its SQL."""
        return hashlib.sha256(sql_text(self.statements).encode()).hexdigest()


def draft_of(environment: str, baseline: str, state: str, plan: Plan, aim: Aim) -> Draft:
    """Write the revision that closes the differences.

    Args:
        environment: Name of the environment.
        baseline: The revision to reach.
        state: Fingerprint of the state it starts from.
        plan: What closes the differences.
        aim: Where it leads.
    """
    statements = [one for step in plan.steps for one in _marked(step, aim)] + list(_numbered_on(aim))
    return Draft(f"adopt_{environment}_{baseline}", environment, baseline, state, tuple(statements))


def file_of(config: Config, environment: str, baseline: str) -> Path:
    """The file of an environment's reconciling revision.

    Args:
        config: The project.
        environment: Name of the environment.
        baseline: The revision it leads to.
    """
    return config.root / FOLDER / environment / f"reconcile_{baseline}.py"


def text_of(draft: Draft) -> str:
    """A draft as a file in Alembic's format.

    Args:
        draft: The draft.
    """
    return _HEAD.format(
        environment=draft.environment,
        baseline=draft.baseline,
        revision=draft.revision,
        state=draft.state,
        sql=python_text(sql_text(draft.statements)),
    )


def read_draft(file: Path, config: Config, environment: str, baseline: str) -> Draft:
    """Read a reconciling revision, perhaps edited since it was written.

    Args:
        file: Where it is.
        config: The project.
        environment: Whose database it has to be for.
        baseline: The revision it has to lead to.

    Raises:
        UsageError: It cannot be read, is for another database, or does not run in one transaction.
    """
    module = _module(file)
    said = {name: getattr(module, name, None) for name in ("revision", "environment", "baseline", "drafted_for")}
    if (said["environment"], said["baseline"]) != (environment, baseline):
        raise UsageError(
            f"{file} is for {said['environment']} and leads to {said['baseline']}, and {environment} is to be"
            f" adopted at {baseline}.",
            "Write the right one: rempart adopt --write.",
        )
    alembic_config = runner.configured(config)
    upgrade = getattr(module, "upgrade", None)
    if not callable(upgrade):
        raise UsageError(f"{file} has no upgrade().", "Write one, or have it drafted again.")
    with recording(alembic_config, ScriptDirectory.from_config(alembic_config)) as recorder:
        try:
            pieces = recorder.run(upgrade, str(file))
        except RempartError:
            raise
        except (NeedsDatabase, NoValue) as error:
            raise UsageError(f"{file} is no plain SQL: {error}.", "Write it in SQL, such as a DO block.") from None
        except Exception as error:
            raise UsageError(f"{file} fails: {type(error).__name__}: {error}", "Correct the file.") from error
    texts = [piece.sql.replace("\\:", ":") if piece.escaped_colons else piece.sql for piece in pieces]
    return Draft(
        str(said["revision"]), environment, baseline, str(said["drafted_for"]), tuple(_statements(texts, file))
    )


def _module(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"rempart_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"{file} cannot be read: {type(error).__name__}: {error}", "Correct the file.") from error
    return module


def _statements(texts: Sequence[str], file: Path) -> Iterable[str]:
    for text in texts:
        if text.strip() in (LEAVES_TRANSACTION, ENTERS_TRANSACTION):
            raise UsageError(f"{file} leaves its transaction, and an adoption is one.", "Leave autocommit_block() out.")
        try:
            parsed = [one.stmt for one in pglast.parse_sql(text)]
            parts = [str(one) for one in split(text)]
        except ParseError as error:
            raise UsageError(f"{file} holds what is no SQL: {error.args[0]}", "Correct the file.") from None
        if any(isinstance(one, TransactionStmt) for one in parsed):
            raise UsageError(f"{file} begins or ends a transaction, and an adoption is one.", "Leave that out.")
        yield from parts


def _marked(step: Step, aim: Aim) -> list[str]:
    mark = _mark(step, aim)
    return [(f"-- {mark}\n" if mark and index == 0 else "") + one for index, one in enumerate(step.statements)]


def _mark(step: Step, aim: Aim) -> str:
    made = aim.before.objects.get(step.identity)
    if step.loses:
        return f"converts {step.identity}: its rows were asked, and none changes its value"
    if step.identity in aim.after.objects and step.identity in aim.unmanaged:
        return f"unmanaged: {step.identity}"
    if step.action == "drop" and step.identity not in aim.after.objects and made is not None:
        return f"drops {step.identity}, which the baseline has not; it holds no data"
    return ""


def _numbered_on(aim: Aim) -> Iterable[str]:
    """Have columns that become identity columns go on behind the numbers they hold."""
    for one, new in aim.after.objects.items():
        old = aim.before.objects.get(one)
        if not isinstance(new, Column) or not isinstance(old, Column):
            continue
        if new.identity_kind and (not old.identity_kind or old.sequence != new.sequence):
            table = qualified(new.schema, new.name)
            asked = statement(
                "select pg_catalog.setval(pg_catalog.pg_get_serial_sequence({}, {}), m.last)\n"
                "from (select pg_catalog.max(t.{}) as last from {} t) m where m.last >= 1",
                raw(sql.Literal(table.as_string()).as_string()),
                raw(sql.Literal(new.part).as_string()),
                new.part,
                table,
            )
            yield f"-- {one} goes on behind the numbers it holds\n{asked}"
