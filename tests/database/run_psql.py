"""Runs a script the way a DBA does: psql, stopping at the first error."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

import judge


def run(server: judge.Server, url: str, script: str) -> subprocess.CompletedProcess[str]:
    """Feed a script to psql."""
    command = [program(server.major, server.bin_dir), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]
    return subprocess.run(command, input=script, capture_output=True, text=True, encoding="utf-8")


@functools.cache
def program(major: int, bin_dir: Path | None) -> str:
    """The psql beside the pg_dump that the judge uses."""
    beside = Path(judge.pg_dump(major, bin_dir)).with_name("psql")
    found = str(beside) if beside.exists() else shutil.which("psql")
    assert found, "there is no psql"
    return found
