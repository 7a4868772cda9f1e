"""What row security costs: each role's SELECT through the policies against the owner's with the literal filter.

Measured on the server with `explain (analyze, timing off, serialize text)`: the statement is run, every row is read and
turned into the text that would be sent, and nothing else is timed: no network, no client. That is what a request costs
the database. The gateway asks for JSON instead, which costs both sides several times as much and would hide the tax.
`count(*)` is shown beside it for information: it reads no column, so that any filter at all, even
`where x is not null`, costs it about half again.

A cell whose literal SELECT takes less than 5 ms is set aside, and says what the policies cost: a ratio to next to
nothing is no ratio. That is where a role amounts to nothing at all, and to one's own row of profils.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from benchmarks.measure import Pair, Result, in_turn
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
_REFERENCE = {"accounts", "depots", "produits", "clients", "fournisseurs", "partenaires", "profils", "citernes"}


@dataclass(frozen=True)
class Scenario:
    """One way to fill the depot, and what is measured in it.

    Attributes:
        depots: Depots that the rows are spread over.
        tanks: Tanks that the movements are spread over; None for as many as there are rows.
        tables: The measured tables.
        roles: The measured roles.
    """

    depots: int
    tanks: int | None
    tables: tuple[str, ...]
    roles: tuple[str, ...] = ROLES


_ONE_OF_EACH = ("cours_de_route", "receptions", "prises_de_hauteur")  # by depot, a wide and a narrow one by tank
# Every table and role once; then the ones whose rows depend on depots and tanks, with other numbers of these.
SCENARIOS = (
    Scenario(2, 1000, tuple(table for table in TABLES if table != "citernes")),
    Scenario(2, None, ("citernes",)),
    Scenario(2, None, ("receptions", "prises_de_hauteur"), SCOPED),
    Scenario(20, 1000, _ONE_OF_EACH, SCOPED),
    Scenario(20, None, ("citernes", "receptions", "prises_de_hauteur"), SCOPED),
)


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
    headings = ("table", "role", "depots", "tanks", "policies ms", "literal ms", "ratio", "count ratio", "note")
    result = Result("rls_tax", headings, facts={"rows": rows, "runs": runs})
    for (depots, tanks), scenarios in groupby(SCENARIOS, lambda scenario: (scenario.depots, scenario.tanks)):
        chosen = tuple(scenarios)
        tables = _REFERENCE.union(*(scenario.tables for scenario in chosen))
        filled_tanks = min(tanks or rows, rows)
        with depot_server(config) as server:
            fill(server.url(config.database), tuple(tables), rows, depots, filled_tanks)
            owner = psycopg.connect(server.url(config.database, config.owner), autocommit=True)
            gateway = psycopg.connect(server.url(config.database, config.gateway_role), autocommit=True)
            with owner, gateway:
                for scenario in chosen:
                    for table in scenario.tables:
                        _progress(f"{table}, {depots} depots, {filled_tanks} tanks")
                        for role in scenario.roles:
                            cell = _cell(owner, gateway, config, table, role, runs)
                            _add(result, (table, role, depots, filled_tanks), *cell)
    return result


def _progress(what: str) -> None:
    if sys.stderr.isatty():
        print(f"rls_tax: {what}", file=sys.stderr)


def _add(result: Result, place: tuple[str, str, int, int], rows: Pair, count: Pair) -> None:
    aside = rows.second < ASIDE
    note = ""
    if aside:
        note = "aside" if rows.first < ASIDE else f"aside: {rows.first:.0f} ms against next to nothing"
    result.rows.append([*place, rows.first, rows.second, rows.ratio, count.ratio, note])
    if not aside and rows.ratio > TARGET:
        table, role, depots, tanks = place
        result.missed.append(f"{table} as {role}, {depots} depots, {tanks} tanks: {rows.ratio:.2f} > {TARGET}")


def _cell(
    owner: psycopg.Connection[Any],
    gateway: psycopg.Connection[Any],
    config: Config,
    table: str,
    role: str,
    runs: int,
) -> tuple[Pair, Pair]:
    persona = Persona(role, "authenticated", {"sub": account(role), "role": "authenticated"})
    where = literal_filter(table, role)

    def through_policies(query: str) -> float:
        with become(gateway, persona, config):
            return execution_ms(gateway, query, table)

    def with_literal(query: str) -> float:
        with owner.transaction():
            return execution_ms(owner, query, table, where)

    with become(gateway, persona, config):
        seen = _rows(gateway, table, "")
    if seen != (expected := _rows(owner, table, where)):
        raise RuntimeError(
            f"{table} as {role}: {seen} rows through the policies, {expected} with {where or 'no filter'}"
        )
    counts = in_turn(lambda: through_policies("count(*)"), lambda: with_literal("count(*)"), runs)
    rows = in_turn(lambda: through_policies("*"), lambda: with_literal("*"), runs)
    if rows.ratio > TARGET and rows.second >= ASIDE:  # noise, or not: three times the runs tell
        rows = in_turn(lambda: through_policies("*"), lambda: with_literal("*"), 3 * runs)
    return rows, counts


def _rows(connection: psycopg.Connection[Any], table: str, where: str) -> int:
    statement = sql.SQL("select count(*) from {} {}").format(sql.Identifier("public", table), sql.SQL(where))
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


def account(role: str) -> str:
    """The account of the first depot that has a role (sql/volume/profils.sql deals them out).

    Args:
        role: Role of the profile.
    """
    return str(UUID(hashlib.md5(f"user{ROLES.index(role) + 1}".encode()).hexdigest()))


def execution_ms(connection: psycopg.Connection[Any], columns: str, table: str, where: str = "") -> float:
    """Read a table on the server, its rows turned into text and not sent.

    Args:
        connection: Who reads.
        columns: What is selected.
        table: Its name in `public`.
        where: A filter, when there is one.

    Returns:
        Milliseconds of execution.
    """
    statement = sql.SQL("explain (analyze, timing off, serialize text, format json) select {} from {} {}").format(
        sql.SQL(columns),
        sql.Identifier("public", table),
        sql.SQL(where),
    )
    row = connection.execute(statement).fetchone()
    assert row is not None
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return float(plan[0]["Execution Time"])
