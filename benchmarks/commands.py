"""How long a person waits: `rempart demo`, and `alembic upgrade head` on a fresh database, as whole processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measure import Result
from rempart.config import Config
from rempart.postgres import databases, platform
from rempart.postgres.embedded import temporary_server

TARGETS = {"rempart demo": 15.0, "alembic upgrade head": 5.0}
_BIN = Path(sys.executable).parent


def run(config: Config, rows: int, runs: int) -> Result:
    """Measure both.

    Args:
        config: The project.
        rows: Not used: the demo brings its own.
        runs: Counted runs.
    """
    result = Result("commands", ("command", "median s", "max s", "target s"), facts={"runs": runs})
    times = {"rempart demo": [_seconds([str(_BIN / "rempart"), "demo"], config, {}) for _ in range(runs)]}
    with temporary_server() as server:
        upgrades = []
        for number in range(runs):
            name = f"upgrade_{number}"
            databases.create(server, name)
            platform.install(server, name, config.platform, config.owner)
            environment = {"DATABASE_URL": server.url(name, config.owner)}
            upgrades.append(_seconds([str(_BIN / "alembic"), "upgrade", "head"], config, environment))
        times["alembic upgrade head"] = upgrades
    for command, seconds in times.items():
        median = statistics.median(seconds)
        result.rows.append([command, median, max(seconds), f"< {TARGETS[command]:.0f}"])
        if median >= TARGETS[command]:
            result.missed.append(f"{command} took {median:.1f} s")
    return result


def _seconds(command: list[str], config: Config, environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=config.root, env=os.environ | environment, check=True, capture_output=True)
    return time.perf_counter() - started
