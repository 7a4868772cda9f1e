"""The builds of the application against the database: what a revision breaks, and whether a build may run now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rempart.catalog.model import Catalog
from rempart.deploy.builds.contract import Build
from rempart.deploy.builds.needs import Lack, Needs
from rempart.revisions.checking import Check

_GATE = "application"
_PHASE = re.compile(r"[^_]+_(expand|contract)(?:_|\.|$)")


@dataclass(frozen=True)
class Broken:
    """Something that a build uses and does not find.

    Attributes:
        build: The build.
        lack: What it does not find.
    """

    build: Build
    lack: Lack


def broken(catalog: Catalog, builds: Sequence[Build]) -> list[Broken]:
    """What builds use and do not find.

    Args:
        catalog: The database.
        builds: The builds.

    Returns:
        In the order of the builds; nothing when all of them can run.
    """
    needs = Needs(catalog)
    return [Broken(build, lack) for build in builds for lack in needs.lacking(build)]


def phase_of(file: str) -> str | None:
    """The phase that a revision's file name says: `0014_expand_…` or `0020_contract_…`; None for none.

    Args:
        file: Name of the file, or the part of it after the number.
    """
    found = _PHASE.match(file.rpartition("/")[2]) or _PHASE.match(f"0_{file}")
    return found[1] if found else None


def gate(before: Catalog, steps: Sequence[tuple[str, str, Catalog]], builds: Sequence[Build]) -> Check:
    """Whether the builds that are in service can still run after each revision.

    A revision that takes away what any recorded build used, even a retired one, has to say so by its name
    (`…_contract_…`), so that nothing is taken away by the way. What was missing before is nobody's fault.

    Args:
        before: The database now.
        steps: For each revision its identifier, the name of its file, and the database after it. A step without either
            is a way back: it says no phase and needs none.
        builds: The builds.
    """
    wrong: list[str] = []
    missing = {(one.build.name, one.lack) for one in broken(before, builds)}
    for revision, file, after in steps:
        found = broken(after, builds)
        fresh = [one for one in found if (one.build.name, one.lack) not in missing]
        missing = {(one.build.name, one.lack) for one in found}
        shown = file.rpartition("/")[2] or revision or "the way back"
        for one in fresh:
            if one.build.in_service:
                wrong.append(f"{shown} breaks {one.build.name}, which is in service: {one.lack}")
            elif (file or revision) and phase_of(file) != "contract":
                wrong.append(
                    f"{shown} takes away what {one.build.name} used, and its name does not say contract: {one.lack}"
                )
    served = sum(build.in_service for build in builds)
    said = f"{len(builds)} builds, {served} in service" if builds else "no build is recorded"
    return Check(_GATE, not wrong, said, tuple(wrong))
