"""Statements that run outside of a transaction: done once, whatever broke off half way.

CREATE INDEX CONCURRENTLY leaves an INVALID index behind when it fails. It is found, dropped and built anew; REINDEX
CONCURRENTLY leaves one beside that which it builds anew, which is dropped. An index that was finished before the
revision could be noted as applied is not built twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import pglast
import psycopg
from pglast import ast
from pglast.enums import ReindexObjectType
from pglast.parser import ParseError
from psycopg import sql
from sqlalchemy import Connection as EngineConnection
from sqlalchemy import Engine, event

from rempart.deploy.queries import query
from rempart.deploy.record.ledger import Entry
from rempart.deploy.target import Connection

_NOTHING = "select 1"


class Resumption:
    """Looks at each statement before it runs.

    Args:
        engine: Whose statements.
        note: Told what was found and done about it.
    """

    def __init__(self, engine: Engine, note: Callable[[str], None]) -> None:
        self._note = note
        self.begun_before = False
        """Whether the running revision was begun by an earlier deployment that did not finish it."""
        self._lock_timeout: tuple[Any, ...] | None = None
        event.listen(engine, "before_cursor_execute", self._before, retval=True)
        event.listen(engine, "after_cursor_execute", self._after)

    def _before(
        self, connection: EngineConnection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        found = _concurrent(statement)
        driver = connection.connection.driver_connection
        if found is None or not isinstance(driver, psycopg.Connection) or not driver.autocommit:
            return statement, parameters
        # It waits for transactions that began before it, and nobody queues behind it meanwhile.
        self._lock_timeout = driver.execute("show lock_timeout").fetchone()
        driver.execute("set lock_timeout = 0")
        if isinstance(found, ast.ReindexStmt):
            self._clear(driver, found)
            return statement, parameters
        done = self._dropped(driver, found) if isinstance(found, ast.DropStmt) else self._built(driver, found)
        return (_NOTHING if done else statement), parameters

    def _after(
        self, connection: EngineConnection, _cursor: Any, _statement: str, _parameters: Any, _context: Any, _many: bool
    ) -> None:
        driver = connection.connection.driver_connection
        if self._lock_timeout is not None and isinstance(driver, psycopg.Connection):
            driver.execute("select pg_catalog.set_config('lock_timeout', %s, false)", self._lock_timeout)
            self._lock_timeout = None

    def _dropped(self, driver: Connection, found: ast.DropStmt) -> bool:
        """Whether an earlier deployment has dropped the index already."""
        names = [".".join(_quoted(part.sval) for part in name) for name in cast("Any", found.objects)]
        if self.begun_before and all(_state(driver, name) is None for name in names):
            self._note(f"index {names[0]} is dropped already")
            return True
        return False

    def _built(self, driver: Connection, found: ast.IndexStmt) -> bool:
        """Whether an earlier deployment has built the index already; what it left of one is dropped."""
        schema = cast("Any", found.relation).schemaname
        if not found.idxname:
            return False
        name = sql.Identifier(schema, found.idxname) if schema else sql.Identifier(found.idxname)
        valid = _state(driver, name.as_string())
        if valid is False:
            self._note(f"index {name.as_string()} was left INVALID by a failure: it is dropped and built anew")
            driver.execute(sql.SQL("drop index concurrently {}").format(name))
        elif valid and self.begun_before:
            self._note(f"index {name.as_string()} is built already")
            return True
        return False

    def _clear(self, driver: Connection, found: ast.ReindexStmt) -> None:
        """Drop what an earlier try to build indexes anew has left beside them."""
        if not self.begun_before:
            return
        relation = cast("Any", found.relation)
        name = sql.Identifier(*filter(None, (relation.schemaname, relation.relname))).as_string() if relation else None
        schema = found.name if found.kind == ReindexObjectType.REINDEX_OBJECT_SCHEMA else None
        left = driver.execute(query("reindex_leftovers"), {"relation": name, "schema": schema}).fetchall()
        for (index,) in left:
            self._note(f"index {index} was left INVALID by a failure: it is dropped")
            driver.execute(sql.SQL("drop index concurrently {}").format(sql.SQL(index)))


def begun_before(entries: Iterable[Entry]) -> set[str]:
    """The revisions that a deployment began outside of a transaction, and none has finished.

    Args:
        entries: The ledger.
    """
    found = set[str]()
    for entry in entries:
        if entry.kind == "step":
            found.add(str(entry.content["revision"]))
        elif entry.kind == "revision":
            found.discard(str(entry.content["revision"]))
    return found


def catalog_at_beginning(entries: Iterable[Entry], revision: str, major: int) -> str | None:
    """The fingerprint of the target when a revision was begun that a later deployment finishes.

    What is there when it goes on may hold half of the revision already, and is nothing to come back to.

    Args:
        entries: The ledger.
        revision: The revision.
        major: Major version of the server: another one prints another fingerprint.

    Returns:
        The fingerprint; None when none began it since the last revision was done or undone.
    """
    found: Mapping[str, Any] | None = None
    for entry in entries:
        if entry.kind == "revision":
            found = None
        elif entry.kind == "step" and entry.content["revision"] == revision:
            found = found or entry.content.get("catalog")
    return str(found["before"]) if found and found["postgres"] == major else None


def invalid_indexes(connection: Connection) -> list[str]:
    """The indexes that a failure left INVALID.

    Args:
        connection: A session on the database.
    """
    return [str(row[0]) for row in connection.execute(query("invalid_indexes"))]


def _concurrent(statement: str) -> ast.IndexStmt | ast.DropStmt | ast.ReindexStmt | None:
    if "concurrently" not in statement.lower():
        return None
    try:
        (parsed,) = pglast.parse_sql(statement)
    except (ParseError, ValueError):
        return None
    node = parsed.stmt
    if isinstance(node, ast.ReindexStmt):
        named = [one.defname for one in cast("Any", node.params) or ()]
        return node if "concurrently" in named else None
    return node if isinstance(node, ast.IndexStmt | ast.DropStmt) and node.concurrent else None


def _quoted(name: str) -> str:
    return sql.Identifier(name).as_string()


def _state(driver: Connection, name: str) -> bool | None:
    """Whether an index is valid; None when there is none."""
    row = driver.execute(query("index_state"), {"index": name}).fetchone()
    return None if row is None else bool(row[0])
