"""A project of four small revisions whose every step shows: what is applied twice, or by half, can be seen in its rows.

Commands run in processes forked from the test, which has everything imported already.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mini_project import Project, mini_project

# Loaded before commands are forked, so that each need not load them again.
import rempart.audit.run
import rempart.cli.app
import rempart.cli.deployment_report
import rempart.deploy.backups.taking
import rempart.deploy.deploying  # noqa: F401

REVISIONS = ("0001", "0002", "0003", "0004")
CONCURRENT = "0003"
INDEX = "public.tank_label"
VARIABLE = "STAGING_URL"

_ROLES = """
do $$ begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'depot_owner') then
    create role depot_owner login;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    create role anon nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    create role authenticated nologin;
  end if;
end $$;
"""
_CONFIGURATION = """
[tool.rempart]
database = "depot"
owner = "depot_owner"

[tool.rempart.environments.staging]
url_env = "STAGING_URL"
lock_timeout = "2s"
statement_timeout = "2s"
attempts = 3
"""
_UPGRADES = {
    "0001": """
create table public.tank (id integer primary key, label text not null);
alter table public.tank enable row level security;
create policy tank_read on public.tank for select to authenticated using (true);
grant select on public.tank to authenticated;
insert into public.tank select n, 'tank ' || n from pg_catalog.generate_series(1, 20) n;
create table public.journal (said text not null);
alter table public.journal enable row level security;
insert into public.journal values ('0001');
""",
    "0002": """
alter table public.tank add column level numeric;
alter table public.tank add constraint tank_level check (level >= 0);
create view public.tank_levels with (security_invoker = true) as select id, level from public.tank;
insert into public.journal values ('0002');
""",
    "0004": """
create function public.tank_count() returns bigint language sql set search_path = ''
    as 'select count(*) from public.tank';
revoke all on function public.tank_count() from public;
alter table public.tank alter column label type varchar(40);
insert into public.journal values ('0004');
""",
}
_DOWNGRADES = {
    "0001": "drop table public.journal;\ndrop table public.tank;",
    "0002": """
drop view public.tank_levels;
alter table public.tank drop column level;
insert into public.journal values ('undo 0002');
""",
    "0004": """
drop function public.tank_count();
alter table public.tank alter column label type text;
insert into public.journal values ('undo 0004');
""",
}
_TRANSACTIONAL = '''"""Step {revision}."""

from rempart.revisions.execute import execute

revision = "{revision}"
down_revision = {before}


def upgrade():
    execute(r"""{up}""")


def downgrade():
    execute(r"""{down}""")
'''
_OUTSIDE = '''"""Step {revision}."""

from alembic import op

revision = "{revision}"
down_revision = {before}


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("{up}")


def downgrade():
    with op.get_context().autocommit_block():
        op.execute("{down}")
'''


def revision_file(revision: str, before: str | None, up: str, down: str, *, outside: bool = False) -> str:
    """The text of a revision's file."""
    template = _OUTSIDE if outside else _TRANSACTIONAL
    return template.format(revision=revision, before=repr(before), up=up, down=down)


def journal_at(revision: str, undone_from: str | None = None) -> list[str]:
    """The rows of the journal at a revision, each exactly once."""
    if revision == "base":
        return []
    reached = [one for one in REVISIONS if one <= (undone_from or revision)]
    rows = [one for one in reached if one != CONCURRENT]
    return sorted(rows + [f"undo {one}" for one in rows if one > revision])


@contextmanager
def fault_project() -> Iterator[Project]:
    """The project, in a folder of its own."""
    with mini_project() as project:
        for file in (project.root / "migrations" / "versions").iterdir():
            file.unlink()
        write_revisions(project)
        project.write("pyproject.toml", _CONFIGURATION)
        project.write("schema/platform/10_roles.sql", _ROLES)
        yield project


def write_revisions(project: Project) -> None:
    """Write the four revisions."""
    before = None
    for revision in REVISIONS:
        outside = revision == CONCURRENT
        up, down = _UPGRADES.get(revision, ""), _DOWNGRADES.get(revision, "")
        if outside:
            up = "create index concurrently tank_label on public.tank (label)"
            down = f"drop index concurrently {INDEX}"
        text = revision_file(revision, before, up, down, outside=outside)
        project.write(f"migrations/versions/{revision}_step.py", text)
        before = revision


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    code: int
    output: str
    errors: str

    def __str__(self) -> str:
        return f"exit {self.code}\n{self.output}\n{self.errors}"


class Forked:
    """A command of rempart that runs in a fork of this process.

    Args:
        project: Where it runs.
        arguments: What is typed after `rempart`.
        variables: Variables of its environment.
        prepare: Called in the new process before the command.
    """

    def __init__(
        self,
        project: Project,
        arguments: tuple[str, ...],
        variables: Mapping[str, str],
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ran-", dir=project.base))
        self._code: int | None = None
        environment = project.environment | dict(variables)
        self.pid = os.fork()
        if self.pid == 0:
            _become(project, arguments, environment, self._folder, prepare)

    def wait(self, seconds: float = 60.0) -> Ran:
        """Wait for its end."""
        deadline = time.monotonic() + seconds
        while self.poll() is None:
            if time.monotonic() > deadline:
                os.kill(self.pid, 9)
                os.waitpid(self.pid, 0)
                self._code = -9
                raise AssertionError(f"it did not end within {seconds} s; until then: {self._ran()}")
            time.sleep(0.003)
        return self._ran()

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def so_far(self) -> str:
        """What it has said on standard error."""
        file = self._folder / "errors"
        return file.read_text() if file.exists() else ""

    def _ran(self) -> Ran:
        assert self._code is not None
        return Ran(self._code, (self._folder / "output").read_text(), self.so_far())


def _become(
    project: Project,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    folder: Path,
    prepare: Callable[[], None],
) -> None:
    """Turn this process into the command; never comes back."""
    code = 70
    try:
        os.setsid()
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(project.root)
        tempfile.tempdir = None
        for name, descriptor in (("output", 1), ("errors", 2)):
            os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), descriptor)
        sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
        sys.argv = ["rempart", *arguments]
        prepare()
        from rempart.cli.app import main

        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)
