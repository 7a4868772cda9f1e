"""Findings as SARIF 2.1.0, which code hosts show as alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from rempart.records import record
from rempart.report.finding import Finding, Severity

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "SRCROOT"
_LONGEST = 1000
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


@record(frozen=True)
class RuleDescription:
    """What the log tells about a rule.

    Attributes:
        name: Its name.
        severity: The severity it has unless configured; None when it is off.
        what: One sentence: what it finds.
        why: What goes wrong.
        help: Its page as text.
    """

    name: str
    severity: Severity | None
    what: str
    why: str
    help: str


def findings_sarif(findings: Sequence[Finding], rules: Sequence[RuleDescription], version: str) -> dict[str, Any]:
    """A SARIF log of one run.

    Args:
        findings: In the order to write them; suppressed ones are marked so.
        rules: The rules that were asked.
        version: Of this tool.
    """
    indexes = {rule.name: index for index, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "rempart", "version": version, "rules": [_rule(rule) for rule in rules]}},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    _ROOT: {"description": {"text": "The folder the command was run in."}},
                },
                "invocations": [{"executionSuccessful": True}],
                "results": [_result(finding, indexes, seen) for finding in findings],
            }
        ],
    }


def _rule(rule: RuleDescription) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.help},
        "defaultConfiguration": {"level": _LEVELS[rule.severity] if rule.severity else "none"},
    }


def _result(finding: Finding, indexes: dict[str, int], seen: Counter[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(finding)],
        "partialFingerprints": {"rempart/v1": _fingerprint(finding, seen)},
        "suppressions": [{"kind": "inSource"}] if finding.suppressed else [],
    }
    if finding.rule in indexes:
        result["ruleIndex"] = indexes[finding.rule]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    artifact = {"uri": _uri(finding.path)}
    if not finding.path.startswith("/"):
        artifact["uriBaseId"] = _ROOT
    physical: dict[str, Any] = {"artifactLocation": artifact}
    if finding.line:
        physical["region"] = {
            "startLine": finding.line,
            "startColumn": finding.column,
            "endColumn": finding.column + max(finding.length, 1),
            "snippet": {"text": _excerpt(finding)},
        }
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.object:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.object}]
    return location


def _excerpt(finding: Finding) -> str:
    """The line, or what surrounds the place in one that goes on and on."""
    first = max(0, min(finding.column - 1 - _LONGEST // 2, len(finding.source) - _LONGEST))
    return finding.source[first : first + _LONGEST]


def _uri(path: str) -> str:
    if path == "-":
        return "stdin"
    return ("file://" if path.startswith("/") else "") + quote(path)


def _fingerprint(finding: Finding, seen: Counter[str]) -> str:
    """The same for the same finding when lines move: of what it says, not of where it stands."""
    said = "\0".join((finding.rule, finding.path, finding.object, finding.message))
    seen[said] += 1
    return sha256(f"{said}\0{seen[said]}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
