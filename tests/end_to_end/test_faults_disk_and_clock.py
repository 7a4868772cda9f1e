"""No room for the evidence, and clocks that are wrong."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from fault_project import Ran
from fault_world import OPERATIONS, OWNER, World, fault_world

from rempart.deploy.document import new_id
from rempart.deploy.record import ledger
from rempart.deploy.record.folder import load
from rempart.deploy.record.verification import Verified, read_record, verify

pytestmark = pytest.mark.slow

APPLY = OPERATIONS["apply"]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with fault_world() as made:
        yield made


def run(world: World, name: str, prepare: Callable[[], None] = lambda: None) -> Ran:
    return world.start(APPLY, world.server.url(name, OWNER), prepare=prepare).wait()


def verified(world: World, name: str) -> Verified:
    with psycopg.connect(world.server.url(name, OWNER), autocommit=True) as connection:
        return verify(world.config, "staging", read_record(connection))


def files_of_at_most(size: int) -> Callable[[], None]:
    """A disk on which no file can be larger. The servers, which run already, are not limited."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def test_no_room_for_the_evidence_leaves_the_database_right_and_the_next_run_writes_it(world: World) -> None:
    name = world.fresh(APPLY)
    ran = run(world, name, files_of_at_most(2500))
    assert ran.code == 3, ran
    assert "the evidence in " in ran.errors and "could not be written: File too large" in ran.errors, ran
    assert "the next run writes what is missing, from the ledger" in ran.errors
    state = world.look(name)
    assert state.revision == "0004"
    world.expect_whole(APPLY, state, name, str(ran))
    assert [entry.kind for entry in state.entries][-1] == "finished"
    assert not list(world.evidence.glob("staging/*.json")), "nothing is there by half"
    assert not list(world.evidence.glob("staging/.*.half"))
    assert verified(world, name).problems, "the check has to see what is missing"
    ran = run(world, name)
    assert ran.code == 0, ran
    assert "written from the ledger: " in ran.errors
    assert len(list(world.evidence.glob("staging/*.json"))) == 2
    assert not verified(world, name).problems


def test_no_room_for_the_plan_changes_nothing(world: World) -> None:
    name = world.fresh(APPLY)
    ran = run(world, name, files_of_at_most(300))
    assert ran.code == 3, ran
    assert "the plan could not be written to " in ran.errors and "Nothing was changed" in ran.errors, ran
    assert world.look(name).revision == "base"
    ran = run(world, name)
    assert ran.code == 0, ran
    assert not verified(world, name).problems


def a_clock_that_is_off_by(seconds: float) -> Callable[[], None]:
    def jump() -> None:
        true = time.time
        time.time = lambda: true() + seconds  # type: ignore[assignment]
        module: Any = __import__("datetime")

        class Off(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Off:
                return cls.fromtimestamp(true() + seconds, tz)

        module.datetime = Off

    return jump


@pytest.mark.parametrize("days", [-400, 400])
def test_the_clock_of_the_client_has_no_part_in_the_record(world: World, days: int) -> None:
    name = world.fresh(APPLY)
    ran = run(world, name, a_clock_that_is_off_by(days * 86_400))
    assert ran.code == 0, ran
    (file,) = world.evidence.glob("staging/*.json")
    document = load(file)
    assert document is not None
    began = datetime.fromisoformat(str(document["started_at"]))
    assert abs(datetime.now(UTC) - began) < timedelta(minutes=5), "the server's clock is right"
    assert str(document["id"]).startswith(f"{began:%Y%m%d}")
    assert 0 <= document["seconds"] < 300
    assert not verified(world, name).problems


def test_deployments_of_the_same_second_have_names_of_their_own(world: World) -> None:
    moment = datetime(2026, 11, 22, 15, 15, tzinfo=UTC)
    assert len({new_id("apply", moment) for _ in range(50)}) == 50


def test_entries_are_in_order_by_number_whatever_the_clock_said(world: World) -> None:
    """The server's clock was put back between two entries: the digests hold, and nothing is out of order."""
    name = world.fresh(OPERATIONS["rollback"])
    with psycopg.connect(world.server.url(name, OWNER), autocommit=True) as connection:
        before = ledger.entries(connection)
    chain, previous = list[ledger.Entry](), before[0].previous
    for one in before:
        bare = replace(one, at=one.at - timedelta(days=one.number), previous=previous)
        chain.append(replace(bare, digest=ledger.digest_of(bare)))
        previous = chain[-1].digest
    assert ledger.problems(chain) == []
    assert ledger.problems(list(reversed(chain))), "the order is told by the numbers"
