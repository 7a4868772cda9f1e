"""Both catalogs of two large databases read and compared, and how that grows with their size.

Others are measured in the same run, in turn, when their commands are named: REMPART_RESULTS (`results`, of the package
of that name), REMPART_MIGRA (`migra`) and REMPART_PGDELTA (`pgdelta`, of the npm package @supabase/pg-delta).
alembic_utils takes minutes for a few tables: REMPART_ALEMBIC_UTILS, an interpreter that has it, is measured on a schema
of its own size, once.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measure import Result
from rempart.config import Config
from rempart.postgres import databases
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server, connect

TARGET_SECONDS = 2.0
TARGET_MB = 200
TARGET_GROWTH = 1.25  # of the time per object, from 800 to 3,200 tables
SIZES = (800, 3200)
SMALL = 20  # tables for alembic_utils
_AT_ONCE = 50  # tables a transaction: each takes locks

_TABLE = """
create table public.t{i} (
    id bigint generated always as identity primary key, nom text not null default 'x',
    montant numeric(12, 3) check (montant > 0), cree timestamptz default now(), ref bigint
);
alter table public.t{i} enable row level security;
comment on table public.t{i} is 'Table {i}';
create function public.f{i}() returns trigger language plpgsql set search_path = ''
    as $$ begin new.cree := now(); return new; end $$;
create function public.g{i}(a int) returns int language sql stable set search_path = '' as $$ select a + {i} $$;
create policy p{i} on public.t{i} for select to bench using (ref = (select public.g{i}(1)));
create policy q{i} on public.t{i} for insert to bench with check (ref > 0);
create trigger g before insert on public.t{i} for each row execute function public.f{i}();
create view public.v{i} with (security_invoker = true) as
    select id, nom, montant from public.t{i} where cree > '2020-01-01';
grant select, insert on public.t{i} to bench;
grant select on public.v{i} to bench;
"""
# A process of its own: its time has the imports in it, and its memory nothing else.
_COMPARE = """
import resource, sys
from rempart.catalog.compare import compare
from rempart.catalog.read import read_all
found = compare(*read_all(sys.argv[1:3]))
assert [str(one.identity) for one in found] == ["table public.t5"], found
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def run(config: Config, rows: int, runs: int) -> Result:
    """Measure the whole comparison, as a process.

    Args:
        config: The project.
        rows: Not used: the size is that of the schema.
        runs: Counted runs of each size.
    """
    result = Result("catalog", ("who", "tables", "seconds", "ms a table", "MB"), facts={"runs": runs})
    per_table = []
    for tables in SIZES:
        with temporary_server(settings={"max_locks_per_transaction": "1024"}) as server:
            urls = _two_databases(server, tables)
            measured = [_compare(urls) for _ in range(runs)]
            if tables == SIZES[0]:
                for name, seconds in _others(urls, runs).items():
                    result.rows.append([name, tables, seconds, seconds / tables * 1000, ""])
        seconds = statistics.median(one[0] for one in measured)
        memory = max(one[1] for one in measured)
        per_table.append(seconds / tables)
        result.rows.append(["rempart", tables, seconds, seconds / tables * 1000, memory])
        if tables == SIZES[0] and (seconds > TARGET_SECONDS or memory > TARGET_MB):
            result.missed.append(f"{tables} tables: {seconds:.2f} s, {memory} MB")
    if interpreter := os.environ.get("REMPART_ALEMBIC_UTILS"):
        with temporary_server() as server:
            urls = _two_databases(server, SMALL)
            for name, seconds in (("alembic_utils", _alembic_utils(interpreter, urls)), ("rempart", _compare(urls)[0])):
                result.rows.append([name, SMALL, seconds, seconds / SMALL * 1000, ""])
    if per_table[-1] > per_table[0] * TARGET_GROWTH:
        result.missed.append(f"a table costs {per_table[-1] / per_table[0]:.2f} times as much in the larger database")
    return result


def _two_databases(server: Server, tables: int) -> list[str]:
    with connect(server.url()) as connection:
        connection.execute("create role bench")
    databases.create(server, "first")
    with connect(server.url("first")) as connection:
        for start in range(0, tables, _AT_ONCE):
            text = "".join(_TABLE.format(i=i) for i in range(start, min(tables, start + _AT_ONCE)))
            connection.execute(text.encode())
    databases.create(server, "second", template="first")
    with connect(server.url("second")) as connection:
        connection.execute("alter table public.t5 disable row level security")
    return [server.url("first"), server.url("second")]


def _compare(urls: list[str]) -> tuple[float, int]:
    started = time.perf_counter()
    ran = subprocess.run([sys.executable, "-c", _COMPARE, *urls], capture_output=True, text=True, check=True)
    return time.perf_counter() - started, int(ran.stdout)


def _others(urls: list[str], runs: int) -> dict[str, float]:
    """Median seconds of the other tools that are there."""
    commands = {
        name: [os.environ[variable], *arguments]
        for name, variable, arguments in (
            ("results", "REMPART_RESULTS", ("dbdiff", "--with-privileges", *urls)),
            ("migra", "REMPART_MIGRA", ("--unsafe", "--with-privileges", *urls)),
            ("pg-delta", "REMPART_PGDELTA", ("diff", "--source", urls[0], "--desired", urls[1])),
        )
        if os.environ.get(variable)
    }
    found: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            started = time.perf_counter()
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            if "t5" not in ran.stdout:
                raise RuntimeError(f"{name} did not find the difference: {ran.stderr[-300:]}")
            found[name].append(time.perf_counter() - started)
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def _alembic_utils(interpreter: str, urls: list[str]) -> float:
    """Seconds of Alembic with alembic_utils; that row security is off it does not see."""
    peer = Path(__file__).with_name("alembic_utils_peer.py")
    started = time.perf_counter()
    subprocess.run([interpreter, str(peer), *urls], capture_output=True, check=True)
    return time.perf_counter() - started
