"""Findings as annotations of GitHub Actions, shown in a pull request at their lines."""

from __future__ import annotations

from collections.abc import Sequence

from rempart.report.finding import Finding, Severity
from rempart.report.text import counts

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def findings_github(findings: Sequence[Finding], judged: str) -> str:
    """Workflow commands, one a finding; suppressed ones are counted only.

    Args:
        findings: In the order to write them.
        judged: What was judged, for the last line.
    """
    lines = [_annotation(finding) for finding in findings if not finding.suppressed]
    return "\n".join([*lines, _data(counts(findings, judged))]) + "\n"


def _annotation(finding: Finding) -> str:
    properties = [f"file={_property(finding.path)}"]
    if finding.line:
        end = finding.column + max(finding.length, 1)
        properties += [f"line={finding.line}", f"col={finding.column}", f"endColumn={end}"]
    properties.append(f"title={_property(finding.rule)}")
    return f"::{_COMMANDS[finding.severity]} {','.join(properties)}::{_data(finding.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
