"""What the project allows in its declared state, so that the audit does not report it again."""

from __future__ import annotations

from pathlib import Path

from rempart.audit.judge import Justified, keys_of
from rempart.lint.configuration import LintConfiguration
from rempart.lint.engine import lint
from rempart.lint.files import select, units_of
from rempart.lint.registry import all_rules
from rempart.records import replace


def justified_by(configuration: LintConfiguration) -> Justified:
    """Lint the declared state, and keep what its comments allow, each with a reason.

    Args:
        configuration: The project's; one without a project, or whose state is not declared yet, allows nothing.

    Raises:
        UsageError: A declared file cannot be read.
    """
    there = tuple(path for path in configuration.paths if Path(path).exists())
    if configuration.root is None or not there:
        return Justified()
    files = select([], replace(configuration, paths=there)).files
    report = lint(units_of(files), all_rules(), configuration.settings)
    allowed = [finding for finding in report.findings if finding.suppressed]
    return Justified(frozenset(key for finding in allowed for key in keys_of(finding, configuration.settings)))
