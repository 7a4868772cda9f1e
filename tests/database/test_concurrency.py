"""Sessions at the same time, on real threads: stock stays exact, alerts stay whole, nobody deadlocks."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from depot import CLIENT, DEPOT_A, GASOIL, PARTENAIRE, SAFETY, TANK_A, TANK_A2, USERS, Depot
from psycopg.errors import CheckViolation, DeadlockDetected, SerializationFailure, UniqueViolation
from sessions import Gateway

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

SESSIONS = 8
D = Decimal
RECEPTION = (
    "insert into public.receptions (citerne_id, produit_id, index_avant, index_apres, volume_15c, date_reception,"
    " cours_de_route_id, proprietaire_type, partenaire_id) values (%s, %s, 0, %s, %s, %s, %s, %s, %s)"
)
SORTIE = (
    "insert into public.sorties_produit (citerne_id, produit_id, client_id, volume_ambiant, volume_15c, date_sortie,"
    " proprietaire_type, partenaire_id) values (%s, %s, %s, %s, %s, %s, %s, %s)"
)
ADJUST = (
    "insert into public.stocks_adjustments (mouvement_type, mouvement_id, delta_ambiant, delta_15c, reason, created_by)"
    " values ('RECEPTION', %s, %s, %s, 'Correction after gauging', %s)"
)
SYNC = "select inserted, refreshed, reopened, resolved, waited from public.sync_system_alerts_from_integrity()"


def receive(gateway: Gateway, volume: Any, *, tank: str = TANK_A, day: str | None = None, trip: str | None = None,
            owner: str = "MONALUXE") -> None:  # fmt: skip
    partner = PARTENAIRE if owner == "PARTENAIRE" else None
    gateway.change(USERS["gerant_a"], RECEPTION, (tank, GASOIL, volume, volume, day, trip, owner, partner))


def load(gateway: Gateway, volume: Any, *, tank: str = TANK_A, at: str | None = None, owner: str = "MONALUXE") -> None:
    gateway.change(USERS["gerant_a"], SORTIE, (tank, GASOIL, CLIENT, volume, volume, at, owner, PARTENAIRE))


def together(depot: Depot, works: list[Callable[[Gateway], Any]]) -> list[Any]:
    """Run each in a session and thread of its own, started at once; what each returned or raised."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[Gateway], Any]) -> Any:
        with depot.database.connect("authenticator") as connection:
            barrier.wait(timeout=30)
            try:
                return work(Gateway(connection))
            except psycopg.Error as error:
                return error

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(run, work) for work in works]]


@contextmanager
def second_session(depot: Depot) -> Iterator[tuple[Gateway, Callable[..., Future[Any]]]]:
    """Another session, and how to start work in it that is expected to wait for a lock."""
    with depot.database.connect("authenticator") as connection, ThreadPoolExecutor(1) as pool:

        def start(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
            future = pool.submit(work, *args, **kwargs)
            for _ in range(400):
                if depot.value("select cardinality(pg_blocking_pids(%s))", (connection.info.backend_pid,)):
                    return future
                assert not future.done(), f"did not wait: {future.exception() or future.result()}"
                time.sleep(0.01)
            raise AssertionError("never waited for a lock")

        yield Gateway(connection), start


def assert_accounts_agree(depot: Depot) -> None:
    """Snapshot, last journal balance and rebuild say the same."""
    before = depot.snapshot(), depot.journal(), depot.snapshot(owner="PARTENAIRE"), depot.journal(owner="PARTENAIRE")
    assert depot.value("select lignes_corrigees from public.rebuild_stocks()") == 0
    after = depot.snapshot(), depot.journal(), depot.snapshot(owner="PARTENAIRE"), depot.journal(owner="PARTENAIRE")
    assert before == after


# --- stock --------------------------------------------------------------------------------------------------------


def test_movements_of_eight_sessions_into_an_empty_tank_end_with_the_exact_stock(depot: Depot) -> None:
    """The tank starts without snapshot and journal rows; days and owners interleave."""
    plans = [
        [(D(100 * s + i) / D("7.3").quantize(D("0.1")), 1 + (s + i) % 5, "PARTENAIRE" if i % 4 == 0 else "MONALUXE")
         for i in range(1, 13)]
        for s in range(1, SESSIONS + 1)
    ]  # fmt: skip
    plans = [[(volume.quantize(D("0.001")), day, owner) for volume, day, owner in plan] for plan in plans]

    def work(plan: list[tuple[Decimal, int, str]]) -> Callable[[Gateway], None]:
        def enter(gateway: Gateway) -> None:
            for volume, day, owner in plan:
                receive(gateway, volume, day=f"2026-01-{day:02}", owner=owner)

        return enter

    assert together(depot, [work(plan) for plan in plans]) == [None] * SESSIONS
    for owner in ("MONALUXE", "PARTENAIRE"):
        entered = [(day, volume) for plan in plans for volume, day, of in plan if of == owner]
        balance, journal = D(0), []
        for day in sorted({day for day, _ in entered}):
            balance += sum((volume for d, volume in entered if d == day), D(0))
            journal.append((date(2026, 1, day), balance, balance))
        assert depot.snapshot(owner=owner) == (balance, balance)
        assert depot.journal(owner=owner) == journal
    assert_accounts_agree(depot)


def test_in_and_out_of_one_tank_by_eight_sessions(depot: Depot) -> None:
    receive(depot.gateway, 20_000, day="2026-01-01")

    def work(gateway: Gateway) -> None:
        for i in range(8):
            receive(gateway, "100.001", day=f"2026-01-0{1 + i % 4}")
            load(gateway, "50.0005", at=f"2026-01-0{2 + i % 4} 10:00+00")

    assert together(depot, [work] * SESSIONS) == [None] * SESSIONS
    total = 20_000 + 64 * (D("100.001") - D("50.001"))  # 50.0005 is moved as 50.001
    assert depot.snapshot() == (total, total)
    assert_accounts_agree(depot)


def test_one_of_two_receptions_of_a_trip_wins(depot: Depot) -> None:
    for attempt in range(5):
        trip = depot.trip(plaque=f"T{attempt}")
        outcomes = together(depot, [lambda g, t=trip: receive(g, 10, trip=t)] * 2)
        assert sorted(type(outcome).__name__ for outcome in outcomes) in (
            ["CheckViolation", "NoneType"], ["NoneType", "UniqueViolation"]
        )  # fmt: skip
    assert depot.snapshot() == (50, 50)


def test_a_reception_waits_for_the_other_of_its_trip(depot: Depot) -> None:
    trip = depot.trip()
    with second_session(depot) as (other, start):
        with depot.gateway.request(USERS["gerant_a"]) as connection:
            connection.execute(RECEPTION, (TANK_A, GASOIL, 10, 10, None, trip, "MONALUXE", None))
            late = start(receive, other, 20, tank=TANK_A2, trip=trip)
        with pytest.raises((UniqueViolation, CheckViolation)):
            late.result(timeout=30)
    assert (depot.snapshot(), depot.snapshot(TANK_A2)) == ((10, 10), None)


def test_one_of_two_sorties_that_only_one_can_have_wins(depot: Depot) -> None:
    for tank in (TANK_A, TANK_A2):
        receive(depot.gateway, SAFETY + 100, tank=tank)
        outcomes = together(depot, [lambda g, t=tank: load(g, 60, tank=t)] * 2)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CheckViolation", "NoneType"]
        assert depot.snapshot(tank) == (SAFETY + 40, SAFETY + 40)


def test_the_floor_holds_between_owners(depot: Depot) -> None:
    """Two lines, one tank: each sortie is covered by its line, the tank keeps its safety stock after one only."""
    receive(depot.gateway, SAFETY)
    receive(depot.gateway, SAFETY, owner="PARTENAIRE")
    works = [lambda g: load(g, 600), lambda g: load(g, 600, owner="PARTENAIRE")]
    outcomes = together(depot, works)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CheckViolation", "NoneType"]


def test_a_draft_validated_by_two_moves_once(depot: Depot) -> None:
    receive(depot.gateway, 5_000)
    draft = depot.sortie(100, statut="brouillon")
    validate = "update public.sorties_produit set statut = 'validee' where id = %s"
    outcomes = together(depot, [lambda g: g.change(USERS["gerant_a"], validate, (draft,))] * 4)
    assert sorted(outcomes) == [0, 0, 0, 1]
    assert depot.snapshot() == (4_900, 4_900)


def test_an_adjustment_in_progress_is_awaited_by_a_sortie(depot: Depot) -> None:
    made = depot.reception(5_000)
    with second_session(depot) as (other, start):
        with depot.gateway.request(USERS["admin_a"]) as connection:
            connection.execute(ADJUST, (made, -4_000, -4_000, USERS["admin_a"]))
            late = start(load, other, 3_000)
        with pytest.raises(CheckViolation):
            late.result(timeout=30)
    assert depot.snapshot() == (5_000, 5_000)


def test_a_sortie_in_progress_is_awaited_by_an_adjustment(depot: Depot) -> None:
    made = depot.reception(5_000)
    with second_session(depot) as (other, start):
        with depot.gateway.request(USERS["gerant_a"]) as connection:
            connection.execute(SORTIE, (TANK_A, GASOIL, CLIENT, 3_000, 3_000, None, "MONALUXE", None))
            late = start(other.change, USERS["admin_a"], ADJUST, (made, -4_000, -4_000, USERS["admin_a"]))
        assert late.result(timeout=30) == 1
    assert depot.rows("select stock_ambiant from public.v_stock_actuel") == [(-2_000,)]


@pytest.mark.parametrize("changed", ["other owner", "adjustment"])
def test_a_repeatable_read_session_cannot_go_below_the_floor(depot: Depot, changed: str) -> None:
    """default_transaction_isolation is a session setting: no guard may depend on it."""
    made = depot.reception(SAFETY)
    depot.reception(SAFETY, proprietaire_type="PARTENAIRE")
    with depot.database.connect("authenticator") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        late = Gateway(connection)
        refused = (CheckViolation, SerializationFailure)
        with pytest.raises(refused), late.request(USERS["gerant_a"]) as request:
            request.execute("select count(*) from public.citernes")  # its snapshot is taken here
            if changed == "adjustment":
                depot.adjustment("RECEPTION", made, -600, -600)
            else:
                load(depot.gateway, 600)
            values = (TANK_A, GASOIL, CLIENT, 600, 600, None, "PARTENAIRE", PARTENAIRE)
            request.execute(SORTIE, values)


# --- alerts -------------------------------------------------------------------------------------------------------


def _stale_trips(depot: Depot, count: int) -> None:
    depot.owner.execute(
        "insert into public.cours_de_route (plaque_camion, date_chargement, statut, arrive_at, depot_destination_id)"
        " select 'T' || i, '2026-01-01', 'ARRIVE', '2026-01-01', %s from generate_series(1, %s) i",
        (DEPOT_A, count),
    )


def _sync(gateway: Gateway) -> tuple[Any, ...]:
    return gateway.read(None, SYNC, role="service_role")[0]


def test_eight_syncs_at_once_end_as_one(depot: Depot) -> None:
    _stale_trips(depot, 500)
    outcomes = together(depot, [_sync] * SESSIONS)
    assert sorted(outcome[0] for outcome in outcomes) == [0] * (SESSIONS - 1) + [500]
    assert sorted(outcome[1] for outcome in outcomes) == [0] + [500] * (SESSIONS - 1)
    assert {outcome[2:4] for outcome in outcomes} == {(0, 0)}
    assert depot.rows("select status, count(*) from public.system_alerts group by 1") == [("OPEN", 500)]
    assert depot.value("select count(*) from public.system_alerts_history") == 500


def test_a_sync_that_waited_says_so(depot: Depot) -> None:
    _stale_trips(depot, 3)
    with second_session(depot) as (other, start):
        with depot.gateway.request(None, "service_role") as connection:
            assert connection.execute(SYNC).fetchone() == (3, 0, 0, 0, False)
            late = start(_sync, other)
        assert late.result(timeout=30) == (0, 3, 0, 0, True)


@pytest.mark.parametrize("status", ["ACK", "RESOLVED"])
def test_a_change_that_commits_while_the_sync_waits_for_its_row_survives(depot: Depot, status: str) -> None:
    _stale_trips(depot, 3)
    _sync(depot.gateway)
    change = (
        f"update public.system_alerts set status = '{status}'"
        " where entity_id = (select id from public.cours_de_route where plaque_camion = 'T2')"
    )
    with second_session(depot) as (other, start):
        with depot.gateway.request(USERS["admin_a"]) as connection:
            assert connection.execute(change).rowcount == 1
            late = start(_sync, other)
        outcome = late.result(timeout=30)
    counts = depot.rows("select status, acknowledged_by::text from public.system_alerts order by 1, 2")
    if status == "ACK":
        assert outcome == (0, 3, 0, 0, False)
        assert counts == [("ACK", USERS["admin_a"]), ("OPEN", None), ("OPEN", None)]
    else:  # the condition still holds: the same sync reopens it, and the history knows who resolved it
        assert outcome == (0, 2, 1, 0, False)
        assert counts == [("OPEN", None)] * 3
    assert depot.rows(
        "select to_status, changed_by::text from public.system_alerts_history where from_status = 'OPEN'"
    ) == [(status, USERS["admin_a"])]


def test_an_ack_that_waits_for_the_sync_survives(depot: Depot) -> None:
    _stale_trips(depot, 3)
    _sync(depot.gateway)
    ack = "update public.system_alerts set status = 'ACK'"
    with second_session(depot) as (other, start):
        with depot.gateway.request(None, "service_role") as connection:
            connection.execute(SYNC)
            late = start(other.change, USERS["directeur_a"], ack)
        assert late.result(timeout=30) == 3
    found = depot.rows(
        "select distinct status, acknowledged_by::text, acknowledged_at > first_detected_at from public.system_alerts"
    )
    assert found == [("ACK", USERS["directeur_a"], True)]


def test_an_ack_that_waits_for_a_sync_that_resolves_says_so(depot: Depot) -> None:
    """The alert was resolved while the user looked at it: an ACK would go backwards, and is told."""
    _stale_trips(depot, 1)
    _sync(depot.gateway)
    depot.owner.execute("update public.cours_de_route set statut = 'DECHARGE'")
    with second_session(depot) as (other, start):
        with depot.gateway.request(None, "service_role") as connection:
            assert connection.execute(SYNC).fetchone() == (0, 0, 0, 1, False)
            late = start(other.change, USERS["admin_a"], "update public.system_alerts set status = 'ACK'")
        with pytest.raises(CheckViolation, match="RESOLVED to ACK"):
            late.result(timeout=30)


def test_acks_of_many_users_during_many_syncs_are_never_lost(depot: Depot) -> None:
    _stale_trips(depot, 200)
    _sync(depot.gateway)
    trips = [row[0] for row in depot.rows("select entity_id from public.system_alerts order by entity_id")]
    ack = "update public.system_alerts set status = 'ACK' where entity_id = any(%s::uuid[])"

    def syncs(gateway: Gateway) -> int:
        return sum(1 for _ in range(8) if _sync(gateway)[1] == 200)

    def acknowledge(share: list[Any], user: str) -> Callable[[Gateway], int]:
        shuffled = random.Random(user).sample(share, len(share))
        return lambda gateway: sum(gateway.change(USERS[user], ack, ([trip],)) for trip in shuffled)

    users = ("admin_a", "directeur_a", "admin_b", "directeur_b")
    works: list[Callable[[Gateway], Any]] = [syncs, syncs]
    works += [acknowledge(trips[i::4], user) for i, user in enumerate(users)]
    assert together(depot, works) == [8, 8, 50, 50, 50, 50]
    assert depot.rows(
        "select status, acknowledged_by::text, count(*) from public.system_alerts group by 1, 2 order by 2"
    ) == sorted(("ACK", USERS[user], 50) for user in users)


# --- everything at once -------------------------------------------------------------------------------------------


def test_nobody_deadlocks(depot: Depot) -> None:
    """Receptions of trips, sorties, drafts, adjustments, rebuilds, syncs, and whole-table ACKs, all at once."""
    first = {tank: depot.reception(50_000, citerne_id=tank, date_reception="2026-01-01") for tank in (TANK_A, TANK_A2)}
    trips = [depot.trip(plaque=f"T{i}", arrive_at="2026-01-01") for i in range(60)]
    _sync(depot.gateway)

    def work(seed: int) -> Callable[[Gateway], list[str]]:
        choose = random.Random(seed)

        def act(gateway: Gateway) -> None:
            tank = choose.choice([TANK_A, TANK_A2])
            match choose.randrange(6):
                case 0:
                    receive(gateway, 100, tank=tank, trip=choose.choice(trips))
                case 1:
                    load(gateway, choose.choice([10, 20_000]), tank=tank)
                case 2:
                    delta = choose.randrange(-500, 500) or 1
                    gateway.change(USERS["admin_a"], ADJUST, (first[tank], delta, 0, USERS["admin_a"]))
                case 3:
                    gateway.read(
                        None, "select public.rebuild_stocks(%s)", (choose.choice([tank, None]),), "service_role"
                    )
                case 4:
                    _sync(gateway)
                case 5:
                    gateway.change(
                        USERS["admin_a"], "update public.system_alerts set status = 'ACK' where status = 'OPEN'"
                    )

        def run(gateway: Gateway) -> list[str]:
            raised = []
            for _ in range(15):
                try:
                    act(gateway)
                except (CheckViolation, UniqueViolation):
                    continue  # the trip was taken, the stock was gone, the same adjustment was there
                except (DeadlockDetected, SerializationFailure) as error:
                    raised.append(str(error))
            return raised

        return run

    assert together(depot, [work(seed) for seed in range(SESSIONS)]) == [[]] * SESSIONS
    assert_accounts_agree(depot)
    assert depot.value("select count(*) from app.maintenance_transactions") == 0
