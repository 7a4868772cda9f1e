"""The checks of a project's access: the committed map is what is observed, and the contract holds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from rempart.access import contract, current
from rempart.access.model import AccessMap
from rempart.access.subject import observe_source
from rempart.revisions.checking import Check, history_checks
from rempart.revisions.workbench import Workbench
from rempart.sources.source import parse


def project_checks(bench: Workbench) -> Iterator[Check]:
    """All checks of a project: its history, and beside it, for each waits for the server, its access.

    Args:
        bench: A throw-away server, and the project.

    Raises:
        UsageError: See `access_checks`.
        OperationError: See `access_checks`.
    """
    bench.database(parse("declared"))  # both need it
    with ThreadPoolExecutor(max_workers=1) as pool:
        access = pool.submit(lambda: list(access_checks(bench)))
        yield from history_checks(bench)
        yield from access.result()


def access_checks(bench: Workbench) -> Iterator[Check]:
    """Check the access of the declared state.

    Args:
        bench: A throw-away server, and the project.

    Raises:
        UsageError: The personas or the contract do not fit the declared state.
        OperationError: The declared state could not be built, or a file not be read.
    """
    started = time.monotonic()
    access_map = observe_source(bench, parse("declared"))
    config = bench.config
    stale = current.difference(config, access_map).splitlines()
    lines = tuple(line for line in stale if line[:1] in "+-" and not line.startswith(("+++", "---")))
    said = f"{len(access_map.subjects)} relations and functions, {len(access_map.personas)} personas"
    yield Check("access map current", not stale, said, lines, time.monotonic() - started)
    yield _contract(access_map, contract.load(config))


def _contract(access_map: AccessMap, promised: contract.Contract) -> Check:
    started = time.monotonic()
    findings = contract.check(access_map, promised)
    details = tuple(f"{finding.path}:{finding.line}: {finding.message}" for finding in findings)
    said = f"{len(promised.promises)} promises"
    return Check("contract holds", not findings, said, details, time.monotonic() - started)
