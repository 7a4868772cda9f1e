"""What row security costs: each role's SELECT through the policies against the owner's with the literal filter.

Measured on the server with `explain (analyze, timing off, serialize text)`: the statement is run, every row is read and
turned into the text that would be sent, and nothing else is timed: no network, no client. That is what a request costs
the database. `count(*)` is shown beside it for information: it reads no column, so that any filter at all, even
`where x is not null`, costs it about half again.
"""

from __future__ import annotations

import json
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.measure import Result, in_turn
from benchmarks.volume import ORDER, depot_server, fill
from rempart.access.personas import Persona, become
from rempart.config import Config

TARGET = 1.2
ASIDE = 5.0  # ms: a cell faster than that measures planning and noise
ROLES = ("admin", "directeur", "gerant", "pca", "operateur", "lecture")
SCOPED = ("operateur", "lecture")
_DEPOT = "where {} = md5('depot1')::uuid"
_TANK = "where citerne_id in (select id from public.citernes where depot_id = md5('depot1')::uuid)"
_AUDIT_ONLY = {"log_actions", "system_alerts", "system_alerts_history"}
_FILTERS = {
    "citernes": _DEPOT.format("depot_id"),
    "cours_de_route": _DEPOT.format("depot_destination_id"),
    **dict.fromkeys(
        ("receptions", "sorties_produit", "prises_de_hauteur", "stocks_journaliers", "stocks_snapshot",
         "stocks_ouverture", "stocks_adjustments"), _TANK),
}  # fmt: skip
TABLES = tuple(table for table in ORDER if table != "accounts")


def literal_filter(table: str, role: str) -> str:
    """The filter that a role amounts to on a table.

    Args:
        table: Its name in `public`.
        role: Role of the profile.
    """
    if table in _AUDIT_ONLY:
        return "" if role in ("admin", "directeur", "pca") else "where false"
    if role not in SCOPED:
        return ""
    if table == "profils":
        return f"where user_id = md5('user{ROLES.index(role) + 1}')::uuid"
    return _FILTERS.get(table, "")


def run(config: Config, rows: int, runs: int) -> Result:
    """Measure every table and role.

    Args:
        config: The project.
        rows: Rows a table.
        runs: Counted pairs a cell.
    """
    result = Result("rls_tax", ("table", "role", "policies ms", "literal ms", "ratio", "count ratio", "note"))
    result.facts = {"rows": rows, "depots": 2, "tanks": "1,000; citernes itself a row each", "runs": runs}
    for tables, tanks in ((tuple(t for t in TABLES if t != "citernes"), 1000), (("citernes",), rows)):
        with depot_server(config) as server:
            base = {"accounts", "depots", "produits", "clients", "fournisseurs", "partenaires", "profils", "citernes"}
            fill(server.url(config.database), tuple(base | set(tables)), rows, depots=2, tanks=min(tanks, rows))
            owner = psycopg.connect(server.url(config.database, config.owner), autocommit=True)
            gateway = psycopg.connect(server.url(config.database, config.gateway_role), autocommit=True)
            with owner, gateway:
                for table in tables:
                    for role in ROLES:
                        _cell(result, owner, gateway, config, table, role, runs)
    return result


def _cell(
    result: Result,
    owner: psycopg.Connection[Any],
    gateway: psycopg.Connection[Any],
    config: Config,
    table: str,
    role: str,
    runs: int,
) -> None:
    with owner.cursor() as cursor:
        row = cursor.execute("select md5(%s)::uuid::text", (f"user{ROLES.index(role) + 1}",)).fetchone()
    assert row is not None
    persona = Persona(role, "authenticated", {"sub": row[0], "role": "authenticated"})
    where = literal_filter(table, role)

    def through_policies(query: str) -> float:
        with become(gateway, persona, config):
            return _execution_ms(gateway, query, table, "")

    def with_literal(query: str) -> float:
        with owner.transaction():
            return _execution_ms(owner, query, table, where)

    rows_pair = in_turn(lambda: through_policies("*"), lambda: with_literal("*"), runs)
    count_pair = in_turn(lambda: through_policies("count(*)"), lambda: with_literal("count(*)"), runs)
    aside = max(rows_pair.first, rows_pair.second) < ASIDE
    note = "aside: under 5 ms" if aside else ""
    result.rows.append([table, role, rows_pair.first, rows_pair.second, rows_pair.ratio, count_pair.ratio, note])
    if not aside and rows_pair.ratio > TARGET:
        result.missed.append(f"{table} as {role}: {rows_pair.ratio:.2f} > {TARGET}")


def _execution_ms(connection: psycopg.Connection[Any], columns: str, table: str, where: str) -> float:
    statement = sql.SQL("explain (analyze, timing off, serialize text, format json) select {} from {} {}").format(
        sql.SQL(columns),  # type: ignore[arg-type]
        sql.Identifier("public", table),
        sql.SQL(where),  # type: ignore[arg-type]
    )
    row = connection.execute(statement).fetchone()
    assert row is not None
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return float(plan[0]["Execution Time"])
