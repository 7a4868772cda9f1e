"""The checks of a project's history, on one throw-away server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alembic.script import ScriptDirectory

from rempart.catalog.compare import Difference, compare
from rempart.catalog.model import Catalog
from rempart.catalog.read import read
from rempart.config import Config
from rempart.errors import RempartError
from rempart.postgres.server import connect
from rempart.revisions import released, runner
from rempart.revisions.lint_units import revision_units
from rempart.revisions.workbench import (
    Workbench,
    without_anything_own,
    without_own_objects,
    without_version_schema,
)
from rempart.sources.source import parse

_HEADS, _RELEASED = "several-heads", "edited-revision"


@dataclass(frozen=True)
class Check:
    """One check and its result.

    Attributes:
        name: What is checked.
        ok: Whether it holds.
        said: Beside the result: figures.
        details: What is wrong, an object a line.
        seconds: How long it took.
    """

    name: str
    ok: bool
    said: str = ""
    details: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)


def history_checks(bench: Workbench) -> Iterator[Check]:
    """Check the history: one head, nothing released was edited, the declared state reached, every step reversible.

    Args:
        bench: The throw-away server.
    """
    yield from _timed(lambda: _files(bench.config))
    reached: list[Catalog] = []
    yield from _timed(lambda: [_steps(bench, reached)])
    yield from _timed(lambda: [_declared(bench, reached)])


def _timed(run: Callable[[], Sequence[Check]]) -> Iterator[Check]:
    started = time.monotonic()
    found = run()
    took = (time.monotonic() - started) / len(found)
    for one in found:
        yield Check(one.name, one.ok, one.said, one.details, took)


def _files(config: Config) -> list[Check]:
    problems = revision_units(config).problems
    heads = [problem.message for rule, problem in problems if rule == _HEADS]
    edited = [problem.message for rule, problem in problems if rule == _RELEASED]
    known = runner.history(config) if not heads else []
    locked = released.released(Path(ScriptDirectory.from_config(runner.configured(config)).dir))
    if locked is None:
        edited.append(
            f"not checked: there is no {released.FILE} beside env.py; commit one, empty before the first release"
        )
    return [
        Check("one head", not heads, known[-1] if known else "", tuple(heads)),
        Check("released revisions unchanged", not edited, f"{locked or 'none'} released", tuple(edited)),
    ]


def _steps(bench: Workbench, reached: list[Catalog]) -> Check:
    """Every revision there, back, and there again: what was there before is there after.

    Args:
        bench: The throw-away server.
        reached: Gets the catalog of the last revision, when all of them run.
    """
    config = bench.config
    name = bench.copy(bench.platform_database(config))
    url = bench.server.url(name, config.owner)
    wrong: list[str] = []
    known = runner.history(config)
    at = "base"
    # One connection for all the reading: the server plans these queries once.
    with connect(bench.server.url(name)) as connection:
        before = without_anything_own(read(connection))
        for number, revision in enumerate(known):
            bench.step(f"revision {revision}: there and back ({number + 1} of {len(known)})")
            try:
                runner.upgrade(url, revision, config)
                runner.downgrade(url, at, config)
                back = without_own_objects(read(connection))
                left = compare(without_anything_own(back) if at == "base" else back, before)
                wrong += [f"downgrade of {revision}: {line}" for line in (*_lines(left), *_unread(back, before))]
                runner.upgrade(url, revision, config)
            except RempartError as error:
                wrong.append(f"revision {revision}: {error.message}")
                break
            before, at = without_own_objects(read(connection)), revision
        else:
            reached.append(before)
    return Check("every downgrade restores what was there", not wrong, f"{len(known)} revisions", tuple(wrong))


def _declared(bench: Workbench, reached: list[Catalog]) -> Check:
    name = "revisions equal declared state"
    if not reached:
        return Check(name, False, details=("not compared: the revisions do not run to the last one",))
    after = bench.catalog_of(parse("declared"))
    left = compare(*without_version_schema(reached[0], after))
    said = f"{len(after.objects)} objects" + (f", {len(after.not_compared)} not compared" if after.not_compared else "")
    wrong = (*_lines(left), *_unread(reached[0], after))
    return Check(name, not wrong, said, wrong)


def _unread(found: Catalog, wanted: Catalog) -> Iterator[str]:
    """The same of kinds that are not read: of such an object no more is known than that it is there."""
    for word, one, other in (("missing", wanted, found), ("left over", found, wanted)):
        for kind, name in sorted(set(one.not_compared) - set(other.not_compared)):
            yield f"{word}: {kind} {name}"


def _lines(differences: Sequence[Difference]) -> Iterator[str]:
    """The differences of what there is from what there should be."""
    words = {"create": "missing", "drop": "left over", "alter": "differs"}
    for one in differences:
        fields = f" ({', '.join(name.replace('_', ' ') for name in one.changes)})" if one.changes else ""
        yield f"{words[one.action]}: {one.identity}{fields}"
