"""A copy of the schema of a database that is to be adopted, to run its reconciling revision on first."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import psycopg
from psycopg import sql

from rempart.catalog.model import Catalog
from rempart.catalog.read import read
from rempart.catalog.rereading import readable_script
from rempart.deploy.backups import server_roles
from rempart.deploy.target import Connection
from rempart.errors import GateFailure
from rempart.postgres import databases
from rempart.postgres.dump import bring_over
from rempart.postgres.server import connect, said_by
from rempart.revisions.workbench import Workbench, without_own_objects

_SHOWN = 200


class SchemaCopy:
    """The copy.

    Args:
        bench: Where to make it. It gets the roles of the live server, too: sources are read before.
        url: The live database; only read.
        live: A session on it.
        owner: The role that owns it.
        same_version: Whether both servers are of one version: what the copy prints is compared with the live one then,
            otherwise with what came by way of a dump as it is.
    """

    def __init__(self, bench: Workbench, url: str, live: Connection, owner: str, *, same_version: bool) -> None:
        self._bench, self._owner = bench, owner
        self._name = f"rempart_{secrets.token_hex(8)}"
        bench.step("copying the schema of the database")
        self._make_roles(live)
        databases.create(bench.server, self._name, owner=owner)
        bring_over(url, bench.server, self._name, rewritten=readable_script if same_version else str)

    def _make_roles(self, live: Connection) -> None:
        roles = server_roles.roles_of(live)
        with connect(self._bench.server.url()) as superuser:
            server_roles.make(superuser, roles)
            # The stand-in of the platform made the owner before, who may be a member of more there.
            for one in next((role.member_of for role in roles if role.name == self._owner), ()):
                superuser.execute(
                    sql.SQL("grant {} to {}").format(sql.Identifier(one.role), sql.Identifier(self._owner))
                )

    def run(self, statements: Sequence[str]) -> Catalog:
        """Run a revision on the copy, once.

        Args:
            statements: Its SQL.

        Returns:
            What it leaves.

        Raises:
            GateFailure: A statement fails.
        """
        self._bench.step("running the reconciling revision on the copy")
        with connect(self._bench.server.url(self._name)) as connection:
            with connection.transaction():
                connection.execute(sql.SQL("set local role {}").format(sql.Identifier(self._owner)))
                run_each(connection, statements)
            return without_own_objects(read(connection))


def run_each(connection: Connection, statements: Sequence[str]) -> None:
    """Run statements as they are, one by one.

    Args:
        connection: A session in a transaction.
        statements: The statements.

    Raises:
        GateFailure: One fails; says which.
    """
    for one in statements:
        try:
            connection.execute(one.encode(), prepare=False)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            raise
        except psycopg.OperationalError:
            if connection.closed:
                raise
            raise _failed(one, "it took longer than statement_timeout allows") from None
        except psycopg.Error as error:
            detail = f" ({error.diag.message_detail})" if error.diag.message_detail else ""
            raise _failed(one, said_by(error) + detail) from error


def _failed(one: str, said: str) -> GateFailure:
    shown = " ".join(line for line in one.splitlines() if not line.startswith("--"))
    return GateFailure(
        f"the reconciling revision fails: {said}\n  {' '.join(shown.split())[:_SHOWN]}",
        "Do by hand, as the owner, what stands in its way, then adopt again; nothing was changed.",
    )
