"""The adoption itself: one transaction, after which the database is under management, or exactly as it was."""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

import psycopg
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql

from rempart.catalog.compare import compare
from rempart.catalog.fingerprint import fingerprint
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.table import Table
from rempart.catalog.model import Catalog
from rempart.catalog.read import read
from rempart.catalog.statement import qualified
from rempart.config import Config
from rempart.deploy.adoption.copy_of_target import run_each
from rempart.deploy.adoption.draft import Draft
from rempart.deploy.queries import query
from rempart.deploy.record import ledger
from rempart.deploy.running import pause_after
from rempart.deploy.target import Connection, Target
from rempart.environment import Environment
from rempart.errors import GateFailure, OperationError, UsageError
from rempart.own_objects import SCHEMA, VERSION_TABLE
from rempart.postgres.server import said_by
from rempart.revisions import runner
from rempart.revisions.version_table import closed_version_table
from rempart.revisions.workbench import without_maintain, without_own_objects

_SHOWN = 8
_PRINTED = frozenset({"definition", "query", "columns", "expression", "using", "with_check", "constraints"})
"""Fields that one version of Postgres writes in another way than the next."""


@dataclass(frozen=True)
class Expected:
    """What a database must be at both ends of its adoption.

    Attributes:
        before: What the project answers for, as the database's own version describes it.
        after: The same at the end, as the copy has it.
        cut: Cuts a catalog down to what the project answers for.
        same_version: Whether the copy is of the database's own version.
    """

    before: Catalog
    after: Catalog
    cut: Callable[[Catalog], Catalog]
    same_version: bool


@dataclass(frozen=True)
class Adopted:
    """What an adoption did.

    Attributes:
        deployment: Its name in the ledger.
        before: Fingerprint of what the project answers for, before.
        after: The same afterwards.
        rows: Rows in all tables, before and after.
        attempts: How often it was tried until the locks were had.
        seconds: How long the last attempt took.
    """

    deployment: str
    before: str
    after: str
    rows: int
    attempts: int
    seconds: float


def carry_out(
    target: Target,
    baseline: str,
    draft: Draft | None,
    expected: Expected,
    content: Mapping[str, Any],
    before_commit: Callable[[Connection], None],
    deployment: str | None = None,
) -> Adopted:
    """Adopt a database, in one transaction.

    Args:
        target: The database.
        baseline: The revision it is stamped with.
        draft: The reconciling revision; None when there is nothing to reconcile.
        expected: What the database must be before and after.
        content: What else the ledger is to say.
        before_commit: Called at the end of the transaction; what it raises rolls everything back.
        deployment: Its name in the ledger.

    Raises:
        GateFailure: The database changed meanwhile, or would not be what was expected. It is as it was.
        OperationError: A lock was not had, or the server is gone. It is as it was, or adopted.
    """
    name = deployment or f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-adopt-{secrets.token_hex(3)}"
    attempt = 0
    while True:
        attempt += 1
        started = time.monotonic()
        try:
            with target.connection("adopt") as connection, connection.transaction():
                before, after, rows = _once(
                    connection, target, baseline, draft, expected, content, before_commit, name
                )  # fmt: skip
            return Adopted(name, before, after, rows, attempt, time.monotonic() - started)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
            if attempt >= target.environment.attempts:
                raise OperationError(
                    f"a lock was not had in {attempt} attempts: {error.diag.message_primary}; nothing was changed",
                    "End the sessions that hold it (pg_stat_activity shows them), or adopt when they have ended.",
                ) from None
            time.sleep(pause_after(attempt))
        except psycopg.Error as error:
            raise OperationError(
                f"the adoption broke off: {said_by(error)}. It is one transaction: the database is as it was, or"
                " adopted",
                "Run the same command again: it refuses a database that is adopted already.",
            ) from None


def refuse_managed(connection: Connection) -> None:
    """Refuse a database that has a version table of Alembic.

    Args:
        connection: A session on it.

    Raises:
        UsageError: It has one.
    """
    asked = query("adopt_version_tables").format(name=sql.Literal(VERSION_TABLE))
    found = [str(row[0]) for row in connection.execute(asked.as_string().encode())]
    if found:
        raise UsageError(
            f"the database is under management already: it has {', '.join(found)}.",
            "`rempart status` shows where it is; `rempart audit` what changed since.",
        )


def _once(
    connection: Connection,
    target: Target,
    baseline: str,
    draft: Draft | None,
    expected: Expected,
    content: Mapping[str, Any],
    before_commit: Callable[[Connection], None],
    name: str,
) -> tuple[str, str, int]:
    tables = [one for one, made in expected.before.objects.items() if isinstance(made, Table) and made.relkind == "r"]
    _lock(connection, tables, expected.before, target.environment)
    refuse_managed(connection)
    now = expected.cut(without_own_objects(read(connection)))
    before = fingerprint(now)
    if before != fingerprint(expected.before) or (draft is not None and before != draft.state):
        raise GateFailure(
            "the database changed since the reconciling revision was drafted"
            + "".join(f"\n  {one.identity}" for one in compare(expected.before, now)[:_SHOWN]),
            "Have it drafted again: rempart adopt --write. Nothing was changed.",
        )
    counted = _count(connection, tables)
    user = connection.execute("select current_user").fetchone()
    run_each(connection, draft.statements if draft is not None else ())
    if connection.execute("select current_user").fetchone() != user:
        raise GateFailure(
            "the reconciling revision changes the role of the session; nothing was changed", "Leave that out."
        )
    reached = expected.cut(without_own_objects(read(connection)))
    _require_same(expected, reached)
    again = _count(connection, tables)
    if lost := [one for one in tables if counted[one] != again.get(one)]:
        listed = "".join(f"\n  {one}: {counted[one]} before, {again.get(one, 'none')} after" for one in lost)
        raise GateFailure(
            f"rows would be lost or added; nothing was changed:{listed}", "Correct the reconciling revision."
        )
    after = fingerprint(reached)
    connection.execute(_version_sql(target.config, baseline).encode(), prepare=False)
    ledger.ensure(connection)
    ledger.mark(connection, target.name)
    told = {
        "baseline": baseline,
        "revision": draft.revision if draft is not None else None,
        "sha256": draft.sha256 if draft is not None else None,
        "catalog": {"before": before, "after": after},
        "rows": {str(one): count for one, count in counted.items()},
        **content,
    }
    ledger.append(connection, "adopted", name, told)
    before_commit(connection)
    return before, after, sum(counted.values())


def _lock(connection: Connection, tables: Iterable[Identity], before: Catalog, environment: Environment) -> None:
    """Lock every table at once, so that rows cannot come or go, and nobody waits for this session behind another."""
    wait = str(round(environment.lock_timeout.total_seconds() * 1000))
    owner = connection.execute("select current_user").fetchone()
    own = [one for one in tables if owner is not None and before.objects[one].owner == owner[0]]
    _set(connection, "lock_timeout", wait)
    _set(connection, "statement_timeout", wait)  # of all the waiting together
    if own:
        names = sql.SQL(", ").join(qualified(one.schema, one.name) for one in own)
        try:
            connection.execute(sql.SQL("lock table {} in access exclusive mode").format(names))
        except psycopg.errors.QueryCanceled as error:
            raise psycopg.errors.LockNotAvailable("canceling statement due to lock timeout") from error
    _set(connection, "statement_timeout", str(round(environment.statement_timeout.total_seconds() * 1000)))


def _set(connection: Connection, setting: str, value: str) -> None:
    connection.execute("select pg_catalog.set_config(%s, %s, true)", (setting, value))


def _count(connection: Connection, tables: Iterable[Identity]) -> dict[Identity, int]:
    """The rows of each table that is there; a policy that hid some makes it fail."""
    found: dict[Identity, int] = {}
    with connection.transaction(force_rollback=True):
        _set(connection, "row_security", "off")
        there = {
            (str(row[0]), str(row[1]))
            for row in connection.execute("select schemaname, tablename from pg_catalog.pg_tables")
        }
        for one in tables:
            if (one.schema, one.name) in there:
                asked = sql.SQL("select pg_catalog.count(*) from only {}").format(qualified(one.schema, one.name))
                row = connection.execute(asked).fetchone()
                assert row is not None
                found[one] = int(row[0])
    return found


def _require_same(expected: Expected, reached: Catalog) -> None:
    if expected.same_version:
        left = [f"{one.identity} ({', '.join(one.changes) or one.action})" for one in compare(expected.after, reached)]
    else:
        left = list(_unlike(expected.after, without_maintain(reached)))
    if left:
        raise GateFailure(
            "the database would not be what the copy was; nothing was changed:"
            + "".join(f"\n  {line}" for line in left[:_SHOWN]),
            "Adopt again; if it stays so, `rempart diff` shows the difference.",
        )


def _unlike(wanted: Catalog, reached: Catalog) -> Iterable[str]:
    """What differs for sure between two versions of Postgres, which write expressions in their own ways."""
    for one in sorted({*wanted.objects, *reached.objects}):
        made, goal = reached.objects.get(one), wanted.objects.get(one)
        if made is None or goal is None:
            yield f"{one} ({'missing' if made is None else 'left over'})"
            continue
        changed = [
            field.name
            for field in fields(goal)
            if field.compare and field.name not in _PRINTED and getattr(made, field.name) != getattr(goal, field.name)
        ]
        if changed:
            yield f"{one} ({', '.join(changed)})"


def _version_sql(config: Config, baseline: str) -> str:
    """The SQL of Alembic's version table, closed, that names a revision: Alembic's own."""
    script = ScriptDirectory.from_config(runner.configured(config))
    output = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql",
        opts={
            "as_sql": True,
            "output_buffer": output,
            "literal_binds": True,
            "transactional_ddl": False,
            "version_table": VERSION_TABLE,
            "version_table_schema": SCHEMA,
            "fn": lambda heads, _context: script._stamp_revs(baseline, heads),
        },
    )
    with runner.translated_errors(), closed_version_table(context):
        context.run_migrations()
    return output.getvalue()
