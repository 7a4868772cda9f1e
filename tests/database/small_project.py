"""A small project of its own for tests: Alembic's files of this one, and revisions that a test writes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rempart.config import Config
from rempart.postgres import databases

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Project:
    """A folder with alembic.ini and migrations/."""

    folder: Path
    config: Config

    @classmethod
    def create(cls, folder: Path, config: Config) -> Project:
        """Copy Alembic's glue, without any revision, schema or policy."""
        (folder / "migrations" / "versions").mkdir(parents=True)
        shutil.copy(ROOT / "alembic.ini", folder)
        for name in ("env.py", "script.py.mako"):
            shutil.copy(ROOT / "migrations" / name, folder / "migrations")
        return cls(folder, replace(config, root=folder, alembic_ini=folder / "alembic.ini"))

    def revision(
        self, number: str, upgrade: str, downgrade: str = "pass", after: str | None = None, sql: str = ""
    ) -> Path:
        """Write a revision; the two functions are given as Python, in which SQL stands for a text."""
        path = self.folder / "migrations" / "versions" / f"{number}_test.py"
        lines = [
            f'"""Revision {number}."""',
            "from alembic import op",
            "from rempart.revisions import execute, refuse_data_loss",
            f"revision = {number!r}; down_revision = {after!r}; branch_labels = None; depends_on = None",
            f'SQL = r"""{sql}"""',
            "def upgrade():",
            *[f"    {line}" for line in upgrade.strip().split("\n")],
            "def downgrade():",
            *[f"    {line}" for line in downgrade.strip().split("\n")],
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def alembic(self, *arguments: str, url: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the alembic command as a user types it."""
        program = Path(sys.executable).with_name("alembic")
        variables = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REMPART_DEBUG")}
        if url is not None:
            variables["DATABASE_URL"] = url
        return subprocess.run(
            [str(program), *arguments],
            cwd=self.folder,
            env=variables | environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )


@contextmanager
def another(database: Any, template: str) -> Iterator[Any]:
    """A second throw-away database beside one, to compare it with."""
    with databases.throwaway(database.server, template=template, owner=database.owner) as name:
        yield replace(database, name=name)
