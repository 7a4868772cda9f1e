"""Whether a database is as its released revision left it."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql

from rempart.audit.model import Drift, Drifted
from rempart.audit.session import Connection, attempt
from rempart.catalog.compare import Difference, compare
from rempart.catalog.identity import Identity
from rempart.catalog.model import Catalog
from rempart.errors import RempartError
from rempart.revisions import version_table

Expected = Callable[[str], Catalog]
"""Gives the catalog of a revision."""


def current_revision(connection: Connection) -> tuple[str | None, str]:
    """The revision that the version table names, or why none is known.

    Args:
        connection: A session that only reads, not in a transaction.
    """
    table = sql.Identifier(version_table.SCHEMA, version_table.TABLE)
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


def drift_of(connection: Connection, catalog: Catalog, expected: Expected | None) -> Drift:
    """Compare a database with the revision it says it is at.

    Args:
        connection: A session that only reads, not in a transaction.
        catalog: Its catalog.
        expected: Builds the catalog of a revision; None when nothing can be built.
    """
    revision, reason = current_revision(connection)
    if revision is None:
        return Drift(None, False, reason)
    if expected is None:
        return Drift(revision, False, "there is no project to build the revision from: drift not checked")
    try:
        wanted = expected(revision)
    except RempartError as error:
        return Drift(revision, False, f"the revision could not be built: {error.message}")
    found = compare(_without_version_table(wanted), _without_version_table(catalog))
    return Drift(revision, True, differences=tuple(map(_drifted, found)))


def _drifted(difference: Difference) -> Drifted:
    change = {"create": "added", "drop": "missing", "alter": "changed"}[difference.action]
    return Drifted(str(difference.identity), change, difference.changes)


def _without_version_table(catalog: Catalog) -> Catalog:
    def belongs(identity: Identity) -> bool:
        return (identity.schema, identity.name) == (version_table.SCHEMA, version_table.TABLE)

    kept = {identity: made for identity, made in catalog.objects.items() if not belongs(identity)}
    return Catalog(catalog.major, kept, catalog.dependencies, catalog.not_compared)
