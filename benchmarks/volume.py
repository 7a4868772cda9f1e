"""A depot with as many rows as wanted, put in set by set behind the engine's back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from rempart.config import Config
from rempart.postgres import databases, platform
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server
from rempart.revisions import runner

SQL = Path(__file__).parent / "sql" / "volume"
SETTINGS = {"shared_buffers": "1GB", "work_mem": "64MB", "max_wal_size": "8GB", "autovacuum": "off"}
ORDER = (
    "accounts", "depots", "produits", "clients", "fournisseurs", "partenaires", "profils", "citernes",
    "cours_de_route", "receptions", "sorties_produit", "prises_de_hauteur", "stocks_journaliers", "stocks_snapshot",
    "stocks_ouverture", "stocks_adjustments", "log_actions", "system_alerts", "system_alerts_history",
)  # fmt: skip


@contextmanager
def depot_server(config: Config) -> Iterator[Server]:
    """A throw-away server with the project's database at head, empty.

    Args:
        config: The project.
    """
    with temporary_server(settings=SETTINGS) as server:
        databases.create(server, config.database)
        platform.install(server, config.database, config.platform, config.owner)
        runner.upgrade(server.url(config.database, config.owner), "head", config)
        yield server


def fill(url: str, tables: Sequence[str], rows: int, depots: int, tanks: int) -> None:
    """Fill tables; every trigger is off meanwhile and afterwards as it was.

    Args:
        url: The database, as superuser.
        tables: Which of `ORDER`.
        rows: Rows a table.
        depots: Depots that hold tanks and users.
        tanks: Tanks, when not a row each.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        for name, value in {"rows": rows, "depots": depots, "tanks": tanks}.items():
            connection.execute("select set_config(%s, %s, false)", (f"bench.{name}", str(value)))
        switched = _switch_off(connection)
        for table in ORDER:
            if table in tables:
                connection.execute((SQL / f"{table}.sql").read_bytes())
        for statement in switched:
            connection.execute(statement)
        connection.execute("vacuum (analyze, freeze)")


def _switch_off(connection: psycopg.Connection[Any]) -> list[sql.Composed]:
    """Switch every trigger off; returns the statements that restore each as it was."""
    words = {"O": "enable trigger", "A": "enable always trigger", "R": "enable replica trigger"}
    found = connection.execute(
        "select n.nspname, c.relname, t.tgname, t.tgenabled from pg_trigger t join pg_class c on c.oid = t.tgrelid"
        " join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('public', 'auth') and t.tgenabled <> 'D'"
    ).fetchall()
    for schema, table in {(schema, table) for schema, table, _, _ in found}:
        connection.execute(sql.SQL("alter table {} disable trigger all").format(sql.Identifier(schema, table)))
    return [
        sql.SQL("alter table {} {} {}").format(
            sql.Identifier(schema, table), sql.SQL(words[enabled]), sql.Identifier(name)
        )
        for schema, table, name, enabled in found
    ]
