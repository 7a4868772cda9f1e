"""`rempart lint` as whole processes: beside a bare parse of the same file, beside pgrls, and how soon it is up."""

from __future__ import annotations

import compileall
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pglast import parse_sql

import rempart
from benchmarks.lint_script import SMALL, script
from benchmarks.measure import Result
from rempart.config import Config

STATEMENTS = 4700
PARSE_TARGET = 2.5
COLD_TARGET = 2.0
PEER_TARGET = 4.0
TIMES_LONGER = 4
GROWTH_TARGET = 1.25 * TIMES_LONGER
_PEER_VARIABLE = "REMPART_PGRLS"
_LINT = str(Path(sys.executable).parent / "rempart")
_PARSE = "import sys, pglast; pglast.parse_sql(open(sys.argv[1], encoding='utf-8').read())"
_FEWEST = 5


def run(config: Config, rows: int, runs: int) -> Result:
    """Measure side by side, in turn.

    Args:
        config: The project; not linted here.
        rows: Not used.
        runs: Counted rounds, at least.
    """
    # As pip does when it installs a package; an editable one is compiled at each start where that may not be written.
    compileall.compile_dir(str(Path(rempart.__file__).parent), quiet=1)
    text = script(STATEMENTS)
    facts = {"statements": len(parse_sql(text)), "rounds": max(runs, _FEWEST)}
    result = Result("lint", ("whole process", "median s", "beside", "its median s", "ratio", "target"), facts=facts)
    with tempfile.TemporaryDirectory() as folder:
        large, small, longest = (Path(folder, f"{name}.sql") for name in ("large", "small", "longest"))
        large.write_text(text, encoding="utf-8")
        longest.write_text(script(TIMES_LONGER * STATEMENTS), encoding="utf-8")
        small.write_text(SMALL, encoding="utf-8")
        rounds = max(runs, _FEWEST)
        parse = [sys.executable, "-c", _PARSE, str(large)]
        _at_most(result, "lint", [_LINT, "lint", str(large)], "bare pglast parse", parse, PARSE_TARGET, rounds)
        bare = [sys.executable, "-c", "import pglast"]
        _at_most(result, "lint, small file", [_LINT, "lint", str(small)], "import pglast", bare, COLD_TARGET, rounds)
        lint, growing = [_LINT, "lint", str(large)], [_LINT, "lint", str(longest)]
        _at_most(result, f"lint, {TIMES_LONGER} times the text", growing, "lint", lint, GROWTH_TARGET, rounds)
        if peer := os.environ.get(_PEER_VARIABLE) or shutil.which("pgrls"):
            offline = [peer, "lint", "--sql-file", str(large)]
            ours, theirs = _in_turn([_LINT, "lint", str(large)], offline, min(rounds, 3), folder)
            _row(result, "lint", ours, "pgrls offline", theirs, _ratio(theirs, ours), f"> {PEER_TARGET}")
            if _ratio(theirs, ours) < PEER_TARGET:
                result.missed.append(f"pgrls takes only {_ratio(theirs, ours):.1f} times as long")
        else:
            # It needs another major version of pglast, so it cannot stand in the same environment.
            result.facts["pgrls"] = (
                f"not measured: install it in an environment of its own, name it in {_PEER_VARIABLE}"
            )
    return result


def _at_most(
    result: Result, name: str, command: list[str], other: str, beside: list[str], target: float, rounds: int
) -> None:
    ours, theirs = _in_turn(command, beside, rounds, Path(command[-1]).parent)
    ratio = _ratio(ours, theirs)
    _row(result, name, ours, other, theirs, ratio, f"< {target}")
    if ratio > target:
        result.missed.append(f"{name} takes {ratio:.2f} times as long as {other}")


def _row(
    result: Result, name: str, ours: Sequence[float], other: str, theirs: Sequence[float], ratio: float, target: str
) -> None:
    result.rows.append([name, statistics.median(ours), other, statistics.median(theirs), ratio, target])


def _ratio(first: Sequence[float], second: Sequence[float]) -> float:
    """Median of the ratios of rounds: a busy moment of the machine hits both of a round."""
    return statistics.median(a / b for a, b in zip(first, second, strict=True))


def _in_turn(first: list[str], second: list[str], rounds: int, folder: str | Path) -> tuple[list[float], list[float]]:
    """Seconds of two commands, run in turn after one round that does not count."""
    pairs = [(_seconds(first, folder), _seconds(second, folder)) for _ in range(rounds + 1)][1:]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _seconds(command: list[str], folder: str | Path) -> float:
    """How long a command takes that says yes or no.

    Raises:
        RuntimeError: It did neither: its time would say nothing.
    """
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command[:3])} ended with {done.returncode}: {done.stderr[-500:]}")
    return seconds
