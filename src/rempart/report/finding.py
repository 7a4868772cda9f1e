"""The one model of a finding: what every check of the tool reports, and every output writes."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from rempart.records import record, replace


class Severity(StrEnum):
    """How bad it is. An error or a warning fails the gate; an info does not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return list(Severity).index(self)


@record(frozen=True)
class Finding:
    """Something a check found, at a place.

    Attributes:
        rule: Name of the rule.
        severity: How bad it is.
        message: What happened, to which object; one sentence.
        path: The file, relative to the project where it lies inside; `-` for standard input.
        line: Line in the file, from 1; 0 for the file as a whole.
        column: Column in the line, in characters, from 1.
        object: The object it is about, as SQL would name it; empty when there is none.
        suppressed: Whether a comment in the SQL allows it.
        source: The text of the line, for people; empty when unknown.
        length: Characters to underline from `column` on.
    """

    rule: str
    severity: Severity
    message: str
    path: str
    line: int
    column: int
    object: str = ""
    suppressed: bool = False
    source: str = ""
    length: int = 1

    @property
    def fails(self) -> bool:
        """Whether it fails the gate."""
        return not self.suppressed and self.severity is not Severity.INFO

    def allowed(self) -> Finding:
        """The same finding, suppressed."""
        return replace(self, suppressed=True)


def in_order(findings: list[Finding]) -> list[Finding]:
    """Sort by place, then rule, so that the output of a run never depends on the order of checks."""
    return sorted(set(findings), key=lambda f: (f.path, f.line, f.column, f.rule, f.object, f.message))


def findings_json(findings: list[Finding]) -> dict[str, Any]:
    """Findings in the public shape.

    Args:
        findings: In the order to write them.
    """
    return {
        "version": 1,
        "findings": [
            {
                "rule": f.rule,
                "severity": f.severity.value,
                "message": f.message,
                "path": f.path,
                "line": f.line,
                "column": f.column,
                "object": f.object,
                "suppressed": f.suppressed,
            }
            for f in findings
        ],
    }
