"""system_alerts: workflow, history, and the sync (domain.md, section 7)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from depot import TANK_A, USERS, Depot
from psycopg.errors import CheckViolation, InsufficientPrivilege, InvalidParameterValue

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

ADMIN, DIRECTEUR = USERS["admin_a"], USERS["directeur_a"]


def sync(depot: Depot, limit: int | None = None) -> tuple[int, ...]:
    """(inserted, refreshed, reopened, resolved) of a sync, run as the server job runs it."""
    query = "select inserted, refreshed, reopened, resolved, waited from public.sync_system_alerts_from_integrity(%s)"
    [row] = depot.gateway.read(None, query, (limit,), role="service_role")
    assert row[4] is False
    return row[:4]


def alerts(depot: Depot) -> list[dict[str, Any]]:
    """Whole rows, as dictionaries, by check and entity."""
    query = "select to_jsonb(a) from public.system_alerts a order by check_code, entity_id"
    return [row for (row,) in depot.rows(query)]


def history(depot: Depot) -> list[tuple[str | None, str, str | None]]:
    return depot.rows(  # type: ignore[return-value]
        "select from_status, to_status, changed_by::text from public.system_alerts_history"
        " order by changed_at, from_status nulls first"
    )


def set_status(depot: Depot, user: str, status: str) -> int:
    return depot.gateway.change(USERS[user], "update public.system_alerts set status = %s", (status,))


@pytest.fixture
def negative(depot: Depot) -> Depot:
    """One check that fires: STOCK_NEGATIF of tank A, −5."""
    depot.adjustment("RECEPTION", depot.reception(10), -15, -15)
    return depot


def correct(depot: Depot, by: float) -> None:
    movement = depot.value("select id from public.receptions")
    depot.adjustment("RECEPTION", movement, by, by, reason=f"Correction by {by} litres")


# --- the sync -----------------------------------------------------------------------------------------------------


def test_a_new_check_becomes_an_open_alert(negative: Depot) -> None:
    assert sync(negative) == (1, 0, 0, 0)
    [alert] = alerts(negative)
    assert {k: alert[k] for k in ("check_code", "severity", "entity_type", "entity_id", "status")} == {
        "check_code": "STOCK_NEGATIF", "severity": "CRITICAL", "entity_type": "CITERNE_STOCK", "entity_id": TANK_A,
        "status": "OPEN",
    }  # fmt: skip
    assert alert["first_detected_at"] == alert["last_detected_at"]
    assert [(alert["message"], alert["payload"])] == negative.rows(
        "select message, payload from public.v_integrity_checks"
    )
    assert {alert[k] for k in ("acknowledged_by", "acknowledged_at", "resolved_by", "resolved_at")} == {None}
    assert history(negative) == [(None, "OPEN", None)]


@pytest.mark.parametrize("status", ["OPEN", "ACK"])
def test_a_second_sync_changes_only_last_detected_at(negative: Depot, status: str) -> None:
    negative.adjustment("RECEPTION", negative.reception(200_000, 1, proprietaire_type="PARTENAIRE"), 1)
    assert sync(negative)[0] == 3
    if status == "ACK":
        assert set_status(negative, "admin_a", "ACK") == 3
    before, before_history = alerts(negative), history(negative)
    assert sync(negative) == (0, 3, 0, 0)
    after = alerts(negative)
    assert history(negative) == before_history
    for old, new in zip(before, after, strict=True):
        assert new.pop("last_detected_at") > old.pop("last_detected_at")
    assert after == before


def test_a_check_that_changed_refreshes_its_alert_and_keeps_the_rest(negative: Depot) -> None:
    sync(negative)
    set_status(negative, "admin_a", "ACK")
    [before] = alerts(negative)
    correct(negative, -1)
    assert sync(negative) == (0, 1, 0, 0)
    [after] = alerts(negative)
    changed = {key for key in after if after[key] != before[key]}
    assert changed == {"payload", "last_detected_at", "updated_at"}
    assert after["payload"]["lignes"][0]["stock_ambiant"] == -6
    # Severity and message follow too.
    negative.owner.execute("update public.system_alerts set severity = 'INFO', message = 'x'")
    sync(negative)
    [again] = alerts(negative)
    assert (again["severity"], again["message"], again["status"]) == ("CRITICAL", before["message"], "ACK")


@pytest.mark.parametrize("status", ["OPEN", "ACK"])
def test_a_check_that_vanished_resolves_its_alert_by_nobody(negative: Depot, status: str) -> None:
    sync(negative)
    if status == "ACK":
        set_status(negative, "directeur_a", "ACK")
    correct(negative, 20)
    # Even when an account runs it: what the sync changes is nobody's doing.
    with negative.gateway.request(ADMIN, "service_role") as connection:
        row = connection.execute("select * from public.sync_system_alerts_from_integrity()").fetchone()
    assert row == (0, 0, 0, 1, False)
    [alert] = alerts(negative)
    assert (alert["status"], alert["resolved_by"]) == ("RESOLVED", None)
    assert alert["resolved_at"] is not None
    assert alert["acknowledged_by"] == (DIRECTEUR if status == "ACK" else None)
    assert history(negative)[-1] == (status, "RESOLVED", None)
    assert sync(negative) == (0, 0, 0, 0)


def test_a_check_that_came_back_reopens_with_actors_and_times_cleared(negative: Depot) -> None:
    sync(negative)
    set_status(negative, "admin_a", "ACK")
    first = alerts(negative)[0]["first_detected_at"]
    correct(negative, 20)
    sync(negative)
    correct(negative, -20)
    assert sync(negative) == (0, 0, 1, 0)
    [alert] = alerts(negative)
    assert (alert["status"], alert["first_detected_at"]) == ("OPEN", first)
    assert {alert[k] for k in ("acknowledged_by", "acknowledged_at", "resolved_by", "resolved_at")} == {None}
    # Who acknowledged it is still known.
    assert history(negative) == [
        (None, "OPEN", None), ("OPEN", "ACK", ADMIN), ("ACK", "RESOLVED", None), ("RESOLVED", "OPEN", None)
    ]  # fmt: skip


def test_a_resolve_by_hand_of_what_still_holds_is_reopened(negative: Depot) -> None:
    sync(negative)
    first = alerts(negative)[0]["first_detected_at"]
    set_status(negative, "directeur_b", "RESOLVED")
    assert sync(negative) == (0, 0, 1, 0)
    [alert] = alerts(negative)
    assert (alert["status"], alert["resolved_by"], alert["first_detected_at"]) == ("OPEN", None, first)
    assert history(negative)[1] == ("OPEN", "RESOLVED", USERS["directeur_b"])


def test_alerts_of_other_codes_are_not_touched(negative: Depot) -> None:
    for status in ("OPEN", "ACK", "RESOLVED"):
        negative.insert(
            None, "system_alerts", check_code=f"OTHER_{status}", severity="WARN", entity_type="CITERNE_STOCK",
            entity_id=TANK_A, message="made by another job", status=status,
        )  # fmt: skip
    before = alerts(negative)
    assert sync(negative) == (1, 0, 0, 0)
    correct(negative, 20)
    assert sync(negative) == (0, 0, 0, 1)
    assert [alert for alert in alerts(negative) if alert["check_code"].startswith("OTHER")] == before


def test_a_limit_takes_the_most_severe_first_and_resolves_nothing_it_left_out(depot: Depot) -> None:
    depot.trip(arrive_at="2026-01-01")  # WARN
    depot.reception(100, 90)  # WARN
    assert sync(depot) == (2, 0, 0, 0)
    depot.adjustment("RECEPTION", depot.reception(1), -200, -200)  # CRITICAL
    assert sync(depot, 0) == (0, 0, 0, 0)
    assert sync(depot, 1) == (1, 0, 0, 0)
    assert [(a["check_code"], a["status"]) for a in alerts(depot)] == [
        ("CDR_ARRIVE_STALE", "OPEN"), ("RECEPTION_ECART_15C", "OPEN"), ("STOCK_NEGATIF", "OPEN")
    ]  # fmt: skip
    set_status(depot, "admin_a", "RESOLVED")
    assert sync(depot, 1) == (0, 0, 1, 0)
    assert sync(depot, 2) == (0, 1, 1, 0)
    assert sync(depot, 99) == (0, 2, 1, 0)
    # What vanished is resolved whatever the limit.
    depot.owner.execute("update public.cours_de_route set statut = 'DECHARGE'")
    assert sync(depot, 0) == (0, 0, 0, 1)
    with pytest.raises(InvalidParameterValue):
        sync(depot, -1)


def test_a_sync_with_nothing_to_say(depot: Depot) -> None:
    assert sync(depot) == (0, 0, 0, 0)
    assert alerts(depot) == []


# --- by hand ------------------------------------------------------------------------------------------------------


def test_acknowledging_and_resolving_stamp_who_and_when(negative: Depot) -> None:
    sync(negative)
    assert set_status(negative, "directeur_a", "ACK") == 1
    [alert] = alerts(negative)
    assert (alert["status"], alert["acknowledged_by"], alert["resolved_by"]) == ("ACK", DIRECTEUR, None)
    assert alert["acknowledged_at"] == alert["updated_at"]
    assert set_status(negative, "admin_a", "RESOLVED") == 1
    [resolved] = alerts(negative)
    assert (resolved["status"], resolved["acknowledged_by"], resolved["resolved_by"]) == ("RESOLVED", DIRECTEUR, ADMIN)
    assert resolved["acknowledged_at"] == alert["acknowledged_at"] < resolved["resolved_at"]
    assert history(negative) == [(None, "OPEN", None), ("OPEN", "ACK", DIRECTEUR), ("ACK", "RESOLVED", ADMIN)]


def test_resolving_straight_from_open_acknowledges_nothing(negative: Depot) -> None:
    sync(negative)
    set_status(negative, "admin_a", "RESOLVED")
    [alert] = alerts(negative)
    assert (alert["resolved_by"], alert["acknowledged_by"], alert["acknowledged_at"]) == (ADMIN, None, None)


@pytest.mark.parametrize("actor", ["admin_a", "owner"])
@pytest.mark.parametrize(
    ("start", "target"), [("ACK", "OPEN"), ("RESOLVED", "OPEN"), ("RESOLVED", "ACK"), ("OPEN", "CLOSED")]
)
def test_nothing_goes_backwards_by_hand(negative: Depot, actor: str, start: str, target: str) -> None:
    sync(negative)
    if start != "OPEN":
        set_status(negative, "admin_a", start)
    before, before_history = alerts(negative), history(negative)
    with pytest.raises(CheckViolation, match=f"{start} to {target}"):
        if actor == "owner":
            negative.owner.execute("update public.system_alerts set status = %s", (target,))
        else:
            set_status(negative, actor, target)
    assert (alerts(negative), history(negative)) == (before, before_history)


def test_the_same_status_again_changes_nothing(negative: Depot) -> None:
    sync(negative)
    set_status(negative, "admin_a", "ACK")
    before, before_history = alerts(negative), history(negative)
    assert set_status(negative, "directeur_a", "ACK") == 1
    assert (alerts(negative), history(negative)) == (before, before_history)


def test_every_other_column_is_refused_not_corrected(negative: Depot) -> None:
    sync(negative)
    before = alerts(negative)
    for column in before[0]:
        if column == "status":
            continue
        for statement in (f"{column} = default", f"status = 'ACK', {column} = default"):
            with pytest.raises(InsufficientPrivilege):
                negative.gateway.change(ADMIN, f"update public.system_alerts set {statement}")
    assert alerts(negative) == before


@pytest.mark.parametrize("user", USERS)
def test_only_admin_and_directeur_change_a_status(negative: Depot, user: str) -> None:
    sync(negative)
    allowed = user.startswith(("admin", "directeur"))
    assert set_status(negative, user, "ACK") == int(allowed)
    seen = len(negative.gateway.read(USERS[user], "select * from public.system_alerts"))
    assert seen == int(allowed or user.startswith("pca"))
    seen = len(negative.gateway.read(USERS[user], "select * from public.system_alerts_history"))
    assert seen == (1 + allowed if allowed or user.startswith("pca") else 0)


@pytest.mark.parametrize("role", ["authenticated", "service_role"])
def test_nobody_inserts_or_deletes_but_the_sync(negative: Depot, role: str) -> None:
    sync(negative)
    insert = (
        "insert into public.system_alerts (check_code, severity, entity_type, entity_id, message)"
        " values ('X', 'INFO', 'X', gen_random_uuid(), 'x')"
    )
    history_row = (
        "insert into public.system_alerts_history (alert_id, to_status) select id, 'ACK' from public.system_alerts"
    )
    for statement in (insert, history_row, "delete from public.system_alerts", "truncate public.system_alerts"):
        with pytest.raises(InsufficientPrivilege):
            negative.gateway.change(ADMIN, statement, role=role)


# --- built for updates in place -----------------------------------------------------------------------------------


def test_syncs_without_changes_update_in_place(own_depot: Depot) -> None:
    """2,000 alerts and 30 syncs: every update is HOT, the table and its indexes do not grow."""
    depot, syncs = own_depot, 30
    depot.owner.execute(
        "insert into public.cours_de_route (plaque_camion, date_chargement, statut, arrive_at)"
        " select 'T' || i, '2026-01-01', 'ARRIVE', '2026-01-01' from generate_series(1, 2000) i"
    )
    assert sync(depot)[0] == 2_000

    sync(depot)  # fills the free half of each page once
    [sizes] = depot.rows(_SIZES)
    for _ in range(syncs):
        assert sync(depot) == (0, 2_000, 0, 0)
    assert depot.rows(_SIZES) == [sizes]
    depot.gateway.connection.close()  # a session reports its counts at the latest when it ends
    updated, in_place = _updates(depot, (syncs + 1) * 2_000)
    assert in_place >= 0.99 * updated


_SIZES = "select pg_relation_size('public.system_alerts'), pg_indexes_size('public.system_alerts')"
_UPDATES = "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relid = 'public.system_alerts'::regclass"


def _updates(depot: Depot, expected: int) -> tuple[int, int]:
    """(updates, of them in place), once the statistics have arrived."""
    for _ in range(100):
        [(updated, in_place)] = depot.rows(_UPDATES)
        if updated >= expected:
            return updated, in_place
        time.sleep(0.05)
    raise AssertionError(f"statistics never showed {expected} updates, but {updated}")
