"""Deployments: many revisions at once, a large target, and many databases; each beside the same of another size.

The project is made here: tables with a policy and an index, in one revision each.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Result
from rempart.config import Config
from rempart.postgres import databases, platform
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server

REVISIONS = (50, 200)
OBJECTS = (500, 5_000)
DATABASES = (4, 8)
TARGET_GROWTH = 1.3  # of the time for each revision or database, from the smaller to the larger
_OBJECTS_A_TABLE = 5  # the table, its key, an index, a policy and a function; columns are counted with their table

_PYPROJECT = """
[tool.rempart]
database = "depot"
owner = "bench_owner"
"""
_ENVIRONMENT = """
[tool.rempart.environments.{name}]
url_env = "{name}_URL"
"""
_FILES = {
    "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n",
    "migrations/env.py": "from rempart.revisions import environment\n\nenvironment.run()\n",
    "schema/platform/roles.sql": """do $$ begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'anon') then
        create role anon; create role authenticated; create role bench_owner login;
    end if;
end $$;
""",
}
_REVISION = '''"""Revision {number}."""

from rempart.revisions import execute

revision = "{number:04}"
down_revision = {after}


def upgrade() -> None:
    execute("""{sql}""")


def downgrade() -> None:
    execute("""{undo}""")
'''
_TABLE = """create table public.t{i} (id bigint primary key, nom text not null, montant numeric(12, 3));
alter table public.t{i} enable row level security;
revoke all on table public.t{i} from public, anon, authenticated;
grant select on table public.t{i} to authenticated;
create policy p{i} on public.t{i} for select to authenticated using (id > {i});
create index t{i}_nom on public.t{i} (nom);
create function public.f{i}() returns int language sql stable set search_path = '' as 'select {i}';
revoke execute on function public.f{i}() from public;
"""
_UNDO = "drop function public.f{i}(); drop table public.t{i};\n"


def run(config: Config, rows: int, runs: int) -> Result:
    """Measure whole commands.

    Args:
        config: The project; not used.
        rows: Not used: what a deployment costs is not its rows.
        runs: Not used: each command is long enough.
    """
    result = Result("deployments", ("what", "size", "seconds", "ms each", "MB"))
    each = []
    for count in REVISIONS:
        with _project({f"{n:04}": [n] for n in range(1, count + 1)}) as (root, server):
            seconds, memory = _apply(root, server, ["one"])
        each.append(_add(result, "pending revisions", count, seconds, count, memory))
    _grows(result, "a revision", each)
    for count in OBJECTS:
        tables = list(range(1, count // _OBJECTS_A_TABLE + 1))
        with _project({"0001": tables, "0002": [len(tables) + 1]}) as (root, server):
            _apply(root, server, ["one"], "--to", "0001")
            seconds, memory = _apply(root, server, ["one"])
        _add(result, "one revision on a target of so many objects", count, seconds, count, memory)
    for parallel in (1, 2):
        each = []
        for count in DATABASES:
            names = [f"d{number}" for number in range(count)]
            with _project({"0001": [1], "0002": [2]}, names) as (root, server):
                seconds, memory = _apply(root, server, names, "--parallel", str(parallel))
            each.append(_add(result, f"databases, {parallel} at a time", count, seconds, count, memory))
        _grows(result, f"a database, {parallel} at a time,", each)
    return result


def _add(result: Result, what: str, size: int, seconds: float, count: int, memory: int) -> float:
    result.rows.append([what, size, seconds, seconds / count * 1000, memory])
    return seconds / count


def _grows(result: Result, what: str, each: list[float]) -> None:
    growth = each[-1] / each[0]
    result.facts[f"{what} costs"] = f"{growth:.2f} of what it costs in the smaller one"
    if growth > TARGET_GROWTH:
        result.missed.append(f"{what} costs {growth:.2f} times as much in the larger one")


@contextmanager
def _project(revisions: Mapping[str, list[int]], names: list[str] | None = None) -> Iterator[tuple[Path, Server]]:
    """A project whose revisions make tables, and a server with an empty database for each environment."""
    names = names or ["one"]
    with tempfile.TemporaryDirectory(prefix="rempart-bench-", dir="/tmp") as folder, temporary_server() as server:
        root = Path(folder)
        text = _PYPROJECT + "".join(_ENVIRONMENT.format(name=name) for name in names)
        files = {**_FILES, "pyproject.toml": text}
        before = None
        for revision, tables in revisions.items():
            files[f"migrations/versions/{revision}_tables.py"] = _REVISION.format(
                number=int(revision),
                after=repr(before),
                sql="".join(_TABLE.format(i=i) for i in tables),
                undo="".join(_UNDO.format(i=i) for i in reversed(tables)),
            )
            before = revision
        for name, content in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        config = Config.find(root)
        for name in names:
            databases.create(server, name)
            platform.install(server, name, config.platform, config.owner)
        yield root, server


def _apply(root: Path, server: Server, names: list[str], *arguments: str) -> tuple[float, int]:
    """Seconds and megabytes of a whole `rempart apply`."""
    variables = {f"{name}_URL": server.url(name, "bench_owner") for name in names}
    command = [str(Path(sys.executable).with_name("rempart")), "apply"]
    for name in names:
        command += ["--env", name]
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(
            [*command, *arguments], cwd=root, env=os.environ | variables, stdout=subprocess.DEVNULL, stderr=said
        )
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode:
            said.seek(0)
            raise RuntimeError(f"rempart apply failed: {said.read().decode(errors='replace')[-500:]}")
    return time.perf_counter() - started, used.ru_maxrss // 1024
