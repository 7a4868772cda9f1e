"""What a sync of the alerts costs: against a bare read of the integrity view, and in growth of tables."""

from __future__ import annotations

import time
from typing import Any

import psycopg

from benchmarks.measure import Result, in_turn
from benchmarks.volume import depot_server, fill
from rempart.config import Config

TARGET = 2.0
ALERTS = 10_000
HOT = 0.99
SYNCS = 20
_SIZES = """
    select c.oid::regclass::text, pg_total_relation_size(c.oid)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname in ('public', 'app', 'pg_catalog')
"""


def run(config: Config, rows: int, runs: int) -> Result:
    """Measure a sync with 10,000 active alerts over as many movements as wanted.

    Args:
        config: The project.
        rows: Movements, receptions and sorties together.
        runs: Counted pairs.
    """
    alerts = min(ALERTS, rows // 100)
    result = Result("sync", ("what", "value", "target"))
    with depot_server(config) as server:
        tables = ("accounts", "depots", "produits", "clients", "profils", "citernes", "receptions", "sorties_produit")
        fill(server.url(config.database), tables, rows // 2, depots=2, tanks=100)
        with psycopg.connect(server.url(config.database), autocommit=True) as superuser:
            _make_alerts(superuser, alerts)
        with psycopg.connect(server.url(config.database, config.owner), autocommit=True) as owner:
            owner.execute("select * from public.rebuild_stocks()")
            first = owner.execute("select * from public.sync_system_alerts_from_integrity()").fetchone()
            with psycopg.connect(server.url(config.database), autocommit=True) as superuser:
                superuser.execute("vacuum (analyze)")
            pair = in_turn(lambda: _sync(owner), lambda: _read(owner), runs)
            result.facts = {"movements": rows, "active alerts": first[0] if first else 0, "runs": runs}
            result.rows.append(["bare read of the view, ms", pair.second, ""])
            result.rows.append(["sync, ms", pair.first, ""])
            result.rows.append(["sync / read", pair.ratio, f"≤ {TARGET}"])
            if pair.ratio > TARGET:
                result.missed.append(f"sync / read is {pair.ratio:.2f} > {TARGET}")
            _growth(owner, result)
    return result


def _make_alerts(superuser: psycopg.Connection[Any], alerts: int) -> None:
    superuser.execute("alter table public.receptions disable trigger user")
    superuser.execute(
        "update public.receptions set volume_15c = 28000 where id in (select id from public.receptions limit %s)",
        (alerts,),
    )
    superuser.execute("alter table public.receptions enable trigger user")
    superuser.execute("alter table public.receptions enable always trigger trg_receptions_immutable")
    superuser.execute("alter table public.receptions enable always trigger trg_receptions_no_truncate")


def _growth(owner: psycopg.Connection[Any], result: Result) -> None:
    before = dict(owner.execute(_SIZES).fetchall())
    start = _updates(owner)
    for _ in range(SYNCS):
        _sync(owner)
    after, end = dict(owner.execute(_SIZES).fetchall()), _updates(owner)
    grown = {name: size - before.get(name, 0) for name, size in after.items() if size > before.get(name, 0)}
    updated, hot = end[0] - start[0], end[1] - start[1]
    result.rows.append([f"rows updated by {SYNCS} syncs without changes", updated, ""])
    result.rows.append(["of them in place (HOT)", hot / updated if updated else 0.0, f"≥ {HOT}"])
    result.rows.append(["tables that grew", ", ".join(grown) or "none", "none"])
    if not updated or hot / updated < HOT:
        result.missed.append(f"{hot} of {updated} updates were in place")
    if grown:
        result.missed.append(f"grew: {grown}")


def _updates(owner: psycopg.Connection[Any]) -> tuple[int, int]:
    owner.execute("select pg_stat_force_next_flush()")
    row = owner.execute(
        "select n_tup_upd, n_tup_hot_upd from pg_stat_all_tables where relid = 'public.system_alerts'::regclass"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _sync(owner: psycopg.Connection[Any]) -> float:
    return _timed(owner, "select * from public.sync_system_alerts_from_integrity()")


def _read(owner: psycopg.Connection[Any]) -> float:
    return _timed(owner, "select * from public.v_integrity_checks")


def _timed(owner: psycopg.Connection[Any], query: str) -> float:
    started = time.perf_counter()
    owner.execute(query.encode()).fetchall()
    return (time.perf_counter() - started) * 1000
