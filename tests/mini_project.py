"""A project of two small revisions, and the means to run commands in it and to see what they leave behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from places import short_root

from rempart.postgres.pristine import CACHE_VARIABLE

REMPART = str(Path(sys.executable).with_name("rempart"))

FILES = {
    "pyproject.toml": '[tool.rempart]\ndatabase = "depot"\nowner = "depot_owner"\n',
    "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n",
    "migrations/env.py": "from rempart.revisions import environment\n\nenvironment.run()\n",
    "migrations/versions/0001_things.py": (
        '"""A table."""\nfrom alembic import op\n\nrevision = "0001"\ndown_revision = None\n\n\n'
        'def upgrade():\n    op.execute("create table public.thing (id int primary key)")\n\n\n'
        'def downgrade():\n    op.execute("drop table public.thing")\n'
    ),
    "migrations/versions/0002_slow.py": (
        '"""A revision that takes its time."""\nfrom alembic import op\n\nrevision = "0002"\n'
        'down_revision = "0001"\n\n\n'
        'def upgrade():\n    op.execute("select pg_catalog.pg_sleep(0.3)")\n\n\ndef downgrade():\n    pass\n'
    ),
    "schema/platform/10_roles.sql": (
        "do $$ begin\n"
        "  if not exists (select from pg_catalog.pg_roles where rolname = 'depot_owner') then\n"
        "    create role depot_owner login;\n  end if;\nend $$;\n"
    ),
    "schema/platform/20_auth.sql": "create schema auth;\n",
    "policies/personas.toml": '[[persona]]\nname = "nobody"\nrole = "depot_owner"\n',
    "sample/steps.toml": '[[step]]\nfile = "things.sql"\nas = "owner"\n',
    "sample/things.sql": "insert into public.thing values (1), (2);\n",
}


def _heed_signals() -> None:
    """A suite started by nohup ignores SIGHUP, one in the background SIGINT, and what it starts would inherit that."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


@dataclass(frozen=True)
class Project:
    """A project in a folder of its own, which every account can enter."""

    base: Path

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.base / "project"

    @property
    def data(self) -> Path:
        """The default data directory."""
        return self.root / ".rempart" / "data"

    @property
    def temporary(self) -> Path:
        """The folder for temporary files of the commands."""
        return self.base / "tmp"

    @property
    def state(self) -> Path:
        """The folder where running servers are noted."""
        return self.base / "state"

    @property
    def environment(self) -> dict[str, str]:
        """Environment of the commands."""
        left_out = ("PG", "REMPART_")
        kept = {
            name: value for name, value in os.environ.items() if name == CACHE_VARIABLE or not name.startswith(left_out)
        }
        return kept | {"TMPDIR": str(self.temporary), "REMPART_STATE_DIR": str(self.state)}

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command of rempart to its end."""
        return subprocess.run(
            [REMPART, *arguments],
            cwd=self.root,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=900,
        )

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start any command in the project."""
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_heed_signals,
        )

    def processes(self) -> list[int]:
        """The processes that have to do with the project's folder, by their arguments or their folder."""
        wanted, found = str(self.base), []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
                if wanted in words or str((entry / "cwd").readlink()).startswith(wanted):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def leftovers(self) -> list[Path]:
        """Temporary folders, and notes of running servers."""
        return [*self.temporary.iterdir(), *(self.state.iterdir() if self.state.exists() else ())]


@contextmanager
def mini_project() -> Iterator[Project]:
    """A new project; at the end nothing of it runs or is left."""
    # Not below pytest's own folder: that one is closed to the account that root's servers run under.
    project = Project(Path(tempfile.mkdtemp(prefix="rt-", dir=short_root())))
    project.base.chmod(0o755)
    project.temporary.mkdir()
    project.temporary.chmod(0o1777)
    for name, text in FILES.items():
        project.write(name, text)
    try:
        yield project
    finally:
        for pid in project.processes():
            # One that was already ending may be gone by now.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(project.base, ignore_errors=True)
