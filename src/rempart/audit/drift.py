"""Whether a database is as its released revision left it."""

from __future__ import annotations

from collections.abc import Callable, Collection

import psycopg
from psycopg import sql

from rempart.audit.model import Drift, Drifted
from rempart.audit.ours import Ours
from rempart.audit.session import Connection, attempt
from rempart.catalog.compare import Difference, compare
from rempart.catalog.model import Catalog
from rempart.errors import RempartError
from rempart.own_objects import SCHEMA, VERSION_TABLE

Expected = Callable[[str, Catalog], tuple[Catalog, Catalog]]
"""Takes a revision and the catalog of the database; gives the catalog that the revision leaves, and the database's own,
both as one major version of Postgres describes them."""


def current_revision(connection: Connection) -> tuple[str | None, str]:
    """The revision that the version table names; without one, why none is known.

    Args:
        connection: A session that only reads, not in a transaction.
    """
    table = sql.Identifier(SCHEMA, VERSION_TABLE)
    with connection.transaction():
        try:
            with attempt(connection):
                rows = connection.execute(sql.SQL("select version_num from {}").format(table)).fetchall()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            return None, "no version table: drift not checked"
        except psycopg.errors.InsufficientPrivilege:
            return None, "the version table may not be read by this role: drift not checked"
    if not rows:
        return None, "the version table is empty: drift not checked"
    revisions = sorted(str(row[0]) for row in rows)
    if len(revisions) > 1:
        return None, f"the version table names several revisions ({', '.join(revisions)}): drift not checked"
    return revisions[0], ""


def drift_of(
    connection: Connection, catalog: Catalog, expected: Expected | None, platform_schemas: Collection[str]
) -> Drift:
    """Compare a database with the revision it says it is at.

    Args:
        connection: A session that only reads, not in a transaction.
        catalog: Its catalog.
        expected: See `Expected`; None when nothing can be built.
        platform_schemas: Schemas of the hosted platform, whose local stand-in is not to be compared with them.
    """
    revision, reason = current_revision(connection)
    if revision is None:
        return Drift(None, False, reason)
    if expected is None:
        return Drift(revision, False, "there is no project to build the revision from: drift not checked")
    try:
        wanted, found = expected(revision, catalog)
    except RempartError as error:
        return Drift(revision, False, f"revision {revision} could not be built: {error.message}")
    ours = Ours(wanted, found, platform_schemas)
    differences = compare(ours.wanted(), ours.found())
    return Drift(revision, True, differences=tuple(map(_drifted, differences)))


def _drifted(difference: Difference) -> Drifted:
    change = {"create": "added", "drop": "missing", "alter": "changed"}[difference.action]
    return Drifted(str(difference.identity), change, difference.changes)
