"""The outcome of an audit, for people and as data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rempart.audit.model import Anonymous, Answer, Audit, RelationSeen, Sight
from rempart.audit.script import PREFIX
from rempart.report.finding import Finding, Severity, findings_json
from rempart.report.text import printable

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def print_audit(audit: Audit, console: Console, *, strict: bool) -> None:
    """Print it for a person: findings by severity and rule, what the anonymous role gets, drift, the verdict.

    Args:
        audit: The audit.
        console: Where to.
        strict: Whether what was not audited fails.
    """
    who = f"{printable(audit.database)} as {printable(audit.role)}"
    console.print(f"audit of {who}, {audit.server}, read-only, {audit.seconds:.1f} s")
    _print_findings(audit.findings, console)
    if audit.anonymous is not None:
        _print_anonymous(audit.anonymous, console)
    leaks = [one for one in audit.rest or () if one.answer is Answer.ROW]
    _print_list("the REST gateway gives a row of", [(one.relation, one.detail) for one in leaks], console)
    drifted = [
        (one.object, " ".join((one.change, *([f"({', '.join(one.details)})"] if one.details else []))))
        for one in audit.drift.differences
    ]
    _print_list(f"drift since revision {audit.drift.revision}", drifted, console)
    _print_list("not audited", [(one.subject, one.reason) for one in audit.not_audited], console)
    _print_verdict(audit, console, strict=strict)


def _print_findings(findings: Sequence[Finding], console: Console) -> None:
    groups: dict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if not finding.suppressed:
            groups[finding.severity, finding.rule].append(finding)
    for (severity, rule), found in sorted(groups.items(), key=lambda group: (group[0][0].rank, group[0][1])):
        console.print()
        number = f" ({len(found)})" if len(found) > 1 else ""
        console.print(Text.assemble((severity.value, _STYLES[severity]), f" {rule}{number}"))
        if len(found) == 1:
            console.print(Padding(Text(printable(found[0].message)), (0, 0, 0, 2)))
        else:
            names = ", ".join(finding.path.removeprefix(PREFIX) for finding in found)
            console.print(Padding(Text(printable(names)), (0, 0, 0, 2)))


def _print_anonymous(seen: Anonymous, console: Console) -> None:
    rows = [
        (one.name, one.kind, one.sight.value, _about(one))
        for one in seen.relations
        if one.sight in (Sight.ROWS, Sight.UNDECIDED) or one.writes
    ]
    if rows:
        _print_table(f"what {seen.role} gets", rows, console)
    functions = [
        (one.name, "with its owner's rights" if one.definer else "", "through PUBLIC" if one.by_public else "")
        for one in seen.functions
    ]
    if functions:
        _print_table(f"what {seen.role} may execute (not called)", functions, console)


def _about(one: RelationSeen) -> str:
    columns = f"columns {', '.join(one.columns)}" if one.columns else ""
    writes = f"may {', '.join(one.writes)}" if one.writes else ""
    return "; ".join(part for part in (one.reason, columns, writes) if part)


def _print_list(title: str, rows: Sequence[tuple[str, str]], console: Console) -> None:
    if rows:
        _print_table(title, rows, console)


def _print_table(title: str, rows: Sequence[tuple[str, ...]], console: Console) -> None:
    console.print()
    console.print(Text(title, "bold"))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for _ in rows[0]:
        table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console.print(Padding(table, (0, 0, 0, 2)))


def _print_verdict(audit: Audit, console: Console, *, strict: bool) -> None:
    console.print()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    passes = audit.passes(strict=strict)
    table.add_row(
        Text("verdict", "bold"), Text("passes" if passes else "fails", "bold green" if passes else "bold red")
    )
    for name, words in _verdict_words(audit):
        table.add_row(name, Text(words))
    console.print(table)


def _verdict_words(audit: Audit) -> list[tuple[str, str]]:
    counts = _counts(audit.findings)
    listed = ", ".join(f"{number} {_plural(word, number)}" for word, number in counts.items() if number) or "none"
    found = [("findings", listed)]
    if audit.anonymous is None:
        found.append(("anon", "not tried: no such role"))
    else:
        figures = _anonymous_figures(audit.anonymous)
        how = "" if audit.anonymous.became else " (decided, not observed)"
        found.append(
            (
                audit.anonymous.role,
                f"{figures['with_rows']} of {figures['relations']} relations give rows, {figures['writable']} can be"
                f" changed, {figures['functions']} functions executable{how}",
            )
        )
    if audit.rest is not None:
        rows = sum(one.answer is Answer.ROW for one in audit.rest)
        found.append(("gateway", f"{rows} of {len(audit.rest)} relations give a row"))
    if audit.drift.checked:
        number = len(audit.drift.differences)
        drift = f"{number or 'no'} {_plural('difference', number)} since revision {audit.drift.revision}"
    else:
        drift = audit.drift.reason
    return [*found, ("drift", drift), ("not audited", str(len(audit.not_audited) or "nothing"))]


def as_json(audit: Audit, *, strict: bool) -> dict[str, Any]:
    """The audit as data.

    Args:
        audit: The audit.
        strict: Whether what was not audited fails.
    """
    seen = audit.anonymous
    return {
        **findings_json(list(audit.findings)),
        "anon": None if seen is None else _anonymous_json(seen),
        "rest": None
        if audit.rest is None
        else [{"relation": one.relation, "answer": one.answer.value, "detail": one.detail} for one in audit.rest],
        "drift": [
            {"object": one.object, "change": one.change, "details": list(one.details)}
            for one in audit.drift.differences
        ],
        "not_audited": [{"subject": one.subject, "reason": one.reason} for one in audit.not_audited],
        "verdict": {
            "passes": audit.passes(strict=strict),
            "strict": strict,
            "database": audit.database,
            "role": audit.role,
            "server": audit.server,
            "seconds": round(audit.seconds, 3),
            "findings": _counts(audit.findings),
            "anon": None if seen is None else _anonymous_figures(seen),
            "drift": {
                "revision": audit.drift.revision,
                "checked": audit.drift.checked,
                "reason": audit.drift.reason,
                "differences": len(audit.drift.differences),
            },
            "not_audited": len(audit.not_audited),
        },
    }


def _anonymous_json(seen: Anonymous) -> dict[str, Any]:
    return {
        "role": seen.role,
        "observed": seen.became,
        "relations": [
            {
                "relation": one.name,
                "kind": one.kind,
                "exposed": one.exposed,
                "privileges": list(one.privileges),
                "columns": list(one.columns),
                "row_security": one.row_security,
                "sight": one.sight.value,
                "observed": one.observed,
                "reason": one.reason,
                "writes": list(one.writes),
            }
            for one in seen.relations
        ],
        "functions": [
            {"function": one.name, "exposed": one.exposed, "security_definer": one.definer, "public": one.by_public}
            for one in seen.functions
        ],
    }


def _anonymous_figures(seen: Anonymous) -> dict[str, int]:
    relations = [one for one in seen.relations if one.kind != "sequence"]
    return {
        "relations": len(relations),
        "with_rows": len(seen.leaks),
        "undecided": sum(one.sight is Sight.UNDECIDED for one in relations),
        "writable": len(seen.writable),
        "functions": len(seen.functions),
    }


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    found = Counter(finding.severity.value for finding in findings if not finding.suppressed)
    counts = {severity.value: found[severity.value] for severity in Severity}
    return counts | {"suppressed": sum(finding.suppressed for finding in findings)}


def _plural(word: str, number: int) -> str:
    return word if number == 1 or word == "suppressed" else f"{word}s"
