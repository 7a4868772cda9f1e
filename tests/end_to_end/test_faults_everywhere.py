"""The process is killed, the server stopped, the network cut or silent, at any message of a deployment or a backup.

A proxy before the server counts what the client sends, and does one fault at the chosen message. Afterwards the
database is exactly at a revision, by pg_dump and by its rows, its ledger says the same, and the same command, run
again, ends where it was to end, with a record in which nothing is wrong.

The default run takes a few points, chosen by what is decided there. REMPART_FAULTS=all, as in `make fuzz`, takes every
message: several thousand points, hours. REMPART_FAULTS=N takes N points of each operation and kind of fault by
chance, and REMPART_FAULTS_SEED another choice of them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from itertools import pairwise

import psycopg
import pytest
from fault_proxy import Fault, Message
from fault_world import OPERATIONS, OWNER, World, fault_world

from rempart.revisions import runner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]

WISHED = os.environ.get("REMPART_FAULTS", "")
SEED = int(os.environ.get("REMPART_FAULTS_SEED", "1"))
DECIDED = {
    "where it stands": Fault.HANG,
    "the marker": Fault.KILL_AFTER,
    "the version table": Fault.CUT,
    "the first commit of a revision": Fault.STOP_AFTER,
    "the index outside of a transaction": Fault.KILL_AFTER,
    "the last commit of a revision": Fault.CUT_AFTER,
    "the commit of the end": Fault.STOP_AFTER,
}
"""What is done in the default run, and where."""


def own(session: str) -> bool:
    """Whether a session changes anything: pg_dump and the audit only read."""
    return session.startswith("rempart")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with fault_world() as made:
        yield made


def telling(messages: list[Message]) -> dict[str, Message]:
    """The messages at which something is decided, by what it is."""
    found = dict[str, Message]()
    for before, message in pairwise(messages):
        text = " ".join(message.text.lower().split())
        if text.startswith("select rempart.alembic_version.version_num"):
            found.setdefault("where it stands", message)
        if text == "commit" and "still holds" in before.text:
            found.setdefault("the first commit of a revision", message)
            found["the last commit of a revision"] = message
        if "index concurrently" in text:
            found["the index outside of a transaction"] = message
        if text.startswith("update rempart.alembic_version"):
            found["the version table"] = message
        if text == "commit" and "insert into rempart.deployment_ledger" in before.text:
            found["the commit of the end"] = message
        if text.startswith("insert into rempart.environment_marker"):
            found["the marker"] = message
    return found


def points(messages: list[Message], operation: str, faults: tuple[Fault, ...]) -> list[tuple[int, Fault]]:
    """Which faults are done at which messages."""
    # One that hangs costs its time limit, and is done at every tenth.
    every = [
        (one.number, fault) for fault in faults for one in messages if fault is not Fault.HANG or one.number % 10 == 4
    ]
    chance = random.Random(f"{operation} {faults[0]} {SEED}")
    if WISHED == "all":
        return every
    if WISHED:
        return chance.sample(every, min(int(WISHED), len(every)))
    found = [(message.number, DECIDED[place]) for place, message in telling(messages).items()]
    if operation == "rollback":
        found = found[-2:]
    kills = [one for one in every if one[1] is Fault.KILL_BEFORE]
    hangs = [one for one in every if one[1] is Fault.HANG]
    return found + chance.sample(kills, 1) + (hangs[-2:-1] if operation in ("apply", "backup") else [])


@pytest.mark.parametrize("faults", [(one,) for one in Fault] if WISHED else [tuple(Fault)], ids=lambda one: one[0].name)
@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_fault_at_any_message_leaves_a_whole_database_and_the_next_run_ends_well(
    world: World, operation: str, faults: tuple[Fault, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    messages = world.record(OPERATIONS[operation], own)
    assert len(messages) > 50, "the proxy has counted too little to prove anything"
    failures = list[str]()
    chosen = points(messages, operation, faults)
    for done, (number, fault) in enumerate(chosen, 1):
        try:
            world.strike(OPERATIONS[operation], number, fault, own)
        except AssertionError as error:
            failures.append(f"{operation} {fault.name} {messages[number - 1]}\n{error}")
        if WISHED and (done % 25 == 0 or done == len(chosen)):
            with capsys.disabled():
                print(f"{operation} {fault.name}: {done} of {len(chosen)} points, {len(failures)} failures", flush=True)
    assert not failures, f"{len(failures)} of {len(chosen)} points:\n\n" + "\n\n".join(failures)


def test_what_a_killed_deployment_leaves_on_the_machine_is_removed_by_the_next(world: World) -> None:
    """It has throw-away servers of its own, as a command has that is typed."""
    messages = world.record(OPERATIONS["apply"], own)
    number = telling(messages)["the index outside of a transaction"].number
    world.strike(OPERATIONS["apply"], number, Fault.KILL_BEFORE, own, shared=False)


def test_the_judge_sees_a_row_that_is_there_twice(world: World) -> None:
    name = world.fresh(OPERATIONS["rollback"])
    with psycopg.connect(world.server.url(name, OWNER), autocommit=True) as connection:
        connection.execute("insert into public.journal values ('0002')")
    with pytest.raises(AssertionError):
        world.expect_whole(OPERATIONS["apply"], world.look(name), name, "planted")


def test_the_judge_sees_half_a_revision(world: World) -> None:
    name = world.fresh(OPERATIONS["rollback"])
    with psycopg.connect(world.server.url(name, OWNER), autocommit=True) as connection:
        connection.execute("drop function public.tank_count()")
    with pytest.raises(AssertionError, match="tank_count"):
        world.expect_whole(OPERATIONS["apply"], world.look(name), name, "planted")


def test_the_judge_sees_a_revision_that_the_ledger_does_not_know(world: World) -> None:
    name = world.fresh(OPERATIONS["apply"])
    runner.upgrade(world.server.url(name, OWNER), "0001", world.config)
    with pytest.raises(AssertionError, match="the ledger knows"):
        world.expect_whole(OPERATIONS["apply"], world.look(name), name, "planted")


def test_the_messages_of_a_command_are_the_same_in_each_run(world: World) -> None:
    first, second = (world.record(OPERATIONS["backup"], own) for _ in range(2))
    assert [one.kind for one in first] == [one.kind for one in second]
