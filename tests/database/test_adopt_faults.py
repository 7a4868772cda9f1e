"""An adoption that is cut off, at any moment and on either side, leaves the database as it was; or adopted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from adopting import OLD, SMALL, Old, contents, old_database, small_project, tables_of

from rempart.catalog.compare import compare
from rempart.catalog.read import read
from rempart.deploy.adoption.applying import Adopted, Expected, carry_out
from rempart.deploy.adoption.assessing import assessed
from rempart.deploy.adoption.draft import Draft, read_draft
from rempart.deploy.adoption.finding import adopt
from rempart.deploy.target import Connection
from rempart.errors import OperationError, RempartError, UsageError
from rempart.postgres.server import Server

pytestmark = pytest.mark.one_backend

# The copy on which a revision runs first has no rows, and does not sleep.
SLEEP = "select pg_catalog.pg_sleep(60) from (select from public.extra limit 1) e"
CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from rempart.config import Config
from rempart.deploy.adoption.finding import Hooks, adopt
from rempart.deploy.target import Target
from rempart.environment import Environment
environment = Environment("ancien", "ADOPTED_DATABASE_URL")
config = replace(Config.find(Path(sys.argv[1])), environments={"ancien": environment})
hooks = Hooks(before_commit=lambda connection: connection.execute(sys.argv[4]))
adopt(Target(config, environment, sys.argv[2]), apply=True, hooks=hooks if sys.argv[3] == "end" else None)
"""


@pytest.fixture
def old(own_server: Server) -> Iterator[Old]:
    """A small database on a server of its own, with a revision that was drafted."""
    with small_project(SMALL) as folder, old_database(own_server, folder, OLD) as made:
        adopt(made.target, write=True)
        yield made


def sleeping(old: Old) -> int:
    """The server process that sleeps, once one does."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = old.rows("select pid from pg_stat_activity where wait_event = 'PgSleep'")
        if found:
            return int(found[0][0])
        time.sleep(0.02)
    raise AssertionError("nothing sleeps")


def settled(old: Old) -> None:
    """Wait until no session of an adoption is left, and the server takes sessions again."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if not old.rows("select from pg_stat_activity where application_name = 'rempart adopt'"):
                return
        except psycopg.OperationalError:
            pass
        time.sleep(0.05)
    raise AssertionError("a session stays")


def ended_at(old: Old, draft: Draft, expected: Expected, at: int) -> Adopted | RempartError:
    """Adopt, and end the session before a statement; after the last one just before the commit."""
    outcome: list[Adopted | RempartError] = []
    cut = replace(draft, statements=(*draft.statements[:at], SLEEP, *draft.statements[at:]))
    last = at > len(draft.statements)

    def before_commit(connection: Connection) -> None:
        if last:
            connection.execute(SLEEP)

    def run() -> None:
        try:
            outcome.append(carry_out(old.target, "0001", draft if last else cut, expected, {}, before_commit))
        except RempartError as error:
            outcome.append(error)

    running = threading.Thread(target=run)
    running.start()
    old.rows(f"select pg_terminate_backend({sleeping(old)})")
    running.join(60)
    return outcome[0]


@pytest.mark.slow
def test_a_session_that_is_ended_at_any_statement_changes_nothing(old: Old) -> None:
    draft = read_draft(old.file, old.target.config, "ancien", "0001")
    with old.database.connect() as superuser:
        before = read(superuser)
    rows = contents(old.database, columns := tables_of(old.database))
    with assessed(old.target, "0001", lambda _message: None, None) as found:
        expected = found.expected(draft)
        cuts = 0
        for at in range(len(draft.statements) + 2):
            outcome = ended_at(old, draft, expected, at)
            assert isinstance(outcome, OperationError)
            assert "as it was, or adopted" in outcome.message
            with old.database.connect() as superuser:
                assert compare(before, read(superuser)) == []
            assert contents(old.database, columns) == rows
            cuts += 1
    assert cuts > 20
    assert adopt(old.target, apply=True).adopted is not None
    assert contents(old.database, columns) == rows


@pytest.mark.slow
@pytest.mark.parametrize("where", ["start", "middle", "end"])
@pytest.mark.parametrize("killed", ["client", "server process"])
def test_a_kill_on_either_side_changes_nothing(old: Old, where: str, killed: str) -> None:
    draft = read_draft(old.file, old.target.config, "ancien", "0001")
    whole = old.file.read_text()
    if where != "end":
        first = draft.statements[0 if where == "start" else len(draft.statements) // 2].splitlines()[0]
        old.edit(first, f"{SLEEP};\n{first}")
    with old.database.connect() as superuser:
        before = read(superuser)
    rows = contents(old.database, columns := tables_of(old.database))
    command = [sys.executable, "-c", CHILD, str(old.target.config.root), old.target.url, where, SLEEP]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        pid = sleeping(old)
        if killed == "client":
            child.kill()
            child.wait()
            # The server notices when it next looks at its client.
            old.rows(f"select pg_terminate_backend({pid})")
        else:
            os.kill(pid, signal.SIGKILL)
            assert child.wait(60) != 0
    finally:
        child.kill()
        child.wait()
    settled(old)
    with old.database.connect() as superuser:
        assert compare(before, read(superuser)) == []
    assert contents(old.database, columns) == rows
    old.file.write_text(whole)
    assert adopt(old.target, apply=True).adopted is not None
    with pytest.raises(UsageError, match="under management already"):
        adopt(old.target, apply=True)
