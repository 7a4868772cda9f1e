"""The gates that look at the project: a tagged commit, linted and checked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rempart.access.checking import project_checks
from rempart.config import Config
from rempart.deploy.gates.situation import Situation
from rempart.errors import OperationError
from rempart.revisions.checking import Check


def git(situation: Situation) -> Check:
    """What is deployed is a commit with a tag, and nothing else.

    Args:
        situation: The deployment.
    """
    who = situation.who
    wrong = []
    if who.commit is None:
        wrong.append("this is no git repository, or it has no commit: what is deployed could not be found again")
    elif not who.clean:
        wrong.append(f"not committed: {', '.join(who.changed) or 'git does not tell what'}")
    if who.commit is not None and who.tag is None:
        wrong.append(f"the commit {who.commit[:12]} has no tag")
    return Check("git", not wrong, f"{who.tag} at {who.commit[:12]}" if who.commit and who.tag else "", tuple(wrong))


def lint(situation: Situation) -> Check:
    """The linter finds nothing.

    Args:
        situation: The deployment.
    """
    findings = _all_findings(situation.target.config)
    open_ones = [one for one in findings if not one["suppressed"]]
    details = tuple(f"{_where(one)}: {one['rule']}: {one['message']}" for one in open_ones if one["severity"] != "info")
    said = f"{len(open_ones)} findings, {len(findings) - len(open_ones)} suppressed"
    return Check("lint", not details, said, details)


def findings_of(situation: Situation) -> list[dict[str, Any]]:
    """What the linter finds in the revisions of a plan, suppressed findings left out.

    Args:
        situation: The deployment.

    Raises:
        OperationError: The linter failed.
    """
    files = {step.file for step in situation.plan.steps}
    found = _all_findings(situation.target.config) if files else []
    return [one for one in found if not one["suppressed"] and Path(one["path"]).name in files]


def _where(finding: Mapping[str, Any]) -> str:
    return f"{finding['path']}:{finding['line']}"


def _all_findings(config: Config) -> list[dict[str, Any]]:
    """Run the linter as a person does: it reads its configuration from the project's folder."""
    command = [sys.executable, "-c", "from rempart.cli.main import main; main()", "lint", "--format", "json"]
    ran = subprocess.run(command, cwd=config.root, capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(ran.stdout)["findings"]
    except (ValueError, KeyError):
        said = ran.stderr.strip().removeprefix("error: ") or "it said nothing"
        raise OperationError(f"the linter failed: {said}", "Run `rempart lint`.") from None
    return found


def check(situation: Situation) -> Check:
    """`rempart check` is green.

    Args:
        situation: The deployment.
    """
    found = list(project_checks(situation.benches.of()))
    wrong = [f"{one.name}: {detail}" for one in found if not one.ok for detail in (one.details or (one.said,))]
    return Check("check", not wrong, f"{len(found)} checks", tuple(wrong))
