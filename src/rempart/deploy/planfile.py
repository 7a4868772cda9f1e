"""The files of plans: found by their id, and never taken when their content is another than the id says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rempart.config import Config
from rempart.deploy.record.canonical import canonical
from rempart.errors import UsageError

SHORT = 12
"""Digits of a plan's id that name its file."""
_NOT_IN_ID = ("plan", "requested_by", "created_at")
_SHORTEST_PREFIX = 6


def find_plan(config: Config, written: str) -> Mapping[str, Any]:
    """Read a plan.

    Args:
        config: The project.
        written: Its file, or the beginning of its id.

    Raises:
        UsageError: There is no such plan, there are several, or it is not what its id says.
    """
    file = Path(written)
    if file.is_file():
        return _read_plan(file)
    if not re.fullmatch(rf"[0-9a-f]{{{_SHORTEST_PREFIX},64}}", written):
        raise UsageError(
            f"{written} is neither the file of a plan nor the beginning of a plan's id (at least {_SHORTEST_PREFIX}"
            " hexadecimal digits).",
            "`rempart plan --env NAME` prints the id",
        )
    files = sorted(config.deployment.evidence.glob(f"*/plans/{written[:SHORT]}*.json"))
    found = [plan for plan in map(_read_plan, files) if plan["plan"].startswith(written)]
    if len(found) != 1:
        what = f"there is no plan {written}" if not found else f"{len(found)} plans begin with {written}"
        raise UsageError(
            f"{what} in {config.deployment.evidence}.",
            "`rempart plan --env NAME` writes one" if not found else "give more digits",
        )
    return found[0]


def id_of(plan: Mapping[str, Any]) -> str:
    """The id of a plan: the SHA-256 of all that it says, but who asked for it and when.

    Args:
        plan: The plan.
    """
    kept = {name: value for name, value in plan.items() if name not in _NOT_IN_ID}
    return hashlib.sha256(canonical(kept).encode()).hexdigest()


def _read_plan(file: Path) -> Mapping[str, Any]:
    try:
        plan = json.loads(file.read_text(encoding="utf-8"))
        id_ = plan["plan"]
        missing = {"environment", "database", "state", "operation", "revisions", "requested_by"} - set(plan)
    except (OSError, ValueError, TypeError, KeyError):
        raise UsageError(f"{file} is no plan.", "`rempart plan --env NAME` writes one") from None
    if missing or id_of(plan) != id_:
        raise UsageError(f"{file} is not what its id says: it was changed.", "make it anew with `rempart plan`")
    return dict(plan)


def requesters_of(evidence: Path, environment: str, plan: str, deployer: str) -> tuple[str, ...]:
    """Who asks for a plan: who wrote it down first, where somebody did, and who deploys it now.

    Args:
        evidence: Folder of the record.
        environment: Name of the environment.
        plan: Id of the plan.
        deployer: Who deploys it.

    Raises:
        UsageError: The file of the plan was changed.
    """
    file = evidence / environment / "plans" / f"{plan[:SHORT]}.json"
    first = (str(_read_plan(file)["requested_by"]),) if file.is_file() else ()
    return tuple(dict.fromkeys((*first, deployer)))
