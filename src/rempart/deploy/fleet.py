"""One deployment to many environments: the canaries first, several at a time, and nothing more after a failure.

Each is a command of its own: Alembic runs one deployment in a process, and a failure stays where it is.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from rempart.config import Config
from rempart.errors import UsageError
from rempart.sources.live import url_of
from rempart.sources.source import parse


@dataclass(frozen=True)
class Outcome:
    """What came of one environment.

    Attributes:
        name: Its name.
        code: Exit code of its command; None when it was not begun.
        seconds: How long it took.
        document: The document of the deployment; None when there is none.
        said: What it said on its way.
    """

    name: str
    code: int | None
    seconds: float = 0.0
    document: dict[str, Any] | None = None
    said: str = ""

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.code == 0


def matching(config: Config, patterns: Sequence[str]) -> list[str]:
    """The environments that are meant.

    Args:
        config: The project.
        patterns: Names, or patterns such as `depot-*`.

    Returns:
        Their names: canaries first, then in the order of the configuration.

    Raises:
        UsageError: A name or pattern is that of no environment.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        names = [name for name in config.environments if fnmatchcase(name, pattern)]
        if not names:
            known = ", ".join(config.environments) or "none"
            raise UsageError(
                f"no environment is called {pattern}; known: {known}.",
                f"add [tool.rempart.environments.{pattern}] to {config.root / 'pyproject.toml'}"
                if pattern.isidentifier()
                else "correct --env",
            )
        found.update(dict.fromkeys(names))
    return sorted(found, key=lambda name: not config.environments[name].canary)


def apply_to_all(
    config: Config, names: Sequence[str], parallel: int, arguments: Sequence[str], step: Callable[[str], None]
) -> list[Outcome]:
    """Apply to several environments.

    Args:
        config: The project.
        names: Their names, canaries first.
        parallel: How many at a time.
        arguments: Further arguments of `rempart apply`.
        step: Told what is being done.

    Returns:
        What came of each, in their order.

    Raises:
        UsageError: The variable of one is not set: nothing has begun.
    """
    for name in names:
        url_of(parse(f"env:{name}"), config)
    canaries = [name for name in names if config.environments[name].canary]
    others = [name for name in names if name not in canaries]
    found: dict[str, Outcome] = {}
    for group in (canaries, others):
        if all(one.ok for one in found.values()):
            found.update(_in_parallel(config, group, parallel, arguments, step))
    return [found.get(name, Outcome(name, None, said="not begun, for another one failed")) for name in names]


def _in_parallel(
    config: Config, names: Sequence[str], parallel: int, arguments: Sequence[str], step: Callable[[str], None]
) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    waiting = list(names)
    running: set[Future[Outcome]] = set()
    with ThreadPoolExecutor(max_workers=parallel) as pool:
        while running or (waiting and all(one.ok for one in found.values())):
            while waiting and len(running) < parallel and all(one.ok for one in found.values()):
                running.add(pool.submit(_apply, config, waiting.pop(0), arguments))
            step(f"{len(found)} done, {len(running)} running, {len(waiting)} to come")
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                found[one.result().name] = one.result()
    return found


def _apply(config: Config, name: str, arguments: Sequence[str]) -> Outcome:
    started = time.monotonic()
    program = [sys.executable, "-c", "from rempart.cli.main import main; main()"]
    command = [*program, "apply", "--env", name, "--format", "json", *arguments]
    ran = subprocess.run(
        command, cwd=config.root, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    try:
        document = json.loads(ran.stdout)
    except ValueError:
        document = None
    return Outcome(name, ran.returncode, time.monotonic() - started, document, ran.stderr.strip())
