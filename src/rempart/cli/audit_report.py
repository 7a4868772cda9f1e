"""The outcome of an audit, for people and as data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from rich.console import Console
from rich.text import Text

from rempart.audit.model import Anonymous, Answer, Audit, RelationSeen, Sight
from rempart.audit.script import PREFIX
from rempart.report.finding import Finding, Severity, findings_json
from rempart.report.text import printable

_BODY = "function "
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def print_audit(audit: Audit, console: Console, *, strict: bool) -> None:
    """Print it for a person: findings by severity and rule, what the anonymous role gets, drift, the verdict.

    Args:
        audit: The audit.
        console: Where to; it does not wrap lines.
        strict: Whether what was not audited fails.
    """
    who = f"{printable(audit.database)} as {printable(audit.role)}"
    console.print(f"audit of {who}, {audit.server}, read-only, {audit.seconds:.1f} s")
    _print_findings(audit.findings, console)
    if audit.anonymous is not None:
        _print_anonymous(audit.anonymous, console)
    leaks = [(one.relation, one.detail) for one in audit.rest or () if one.answer is Answer.ROW]
    _print_rows("the REST gateway gives a row of", leaks, console)
    drifted = [(one.object, one.change, ", ".join(one.details)) for one in audit.drift.differences]
    _print_rows(f"drift since revision {audit.drift.revision}", drifted, console)
    _print_rows("not audited", [(one.subject, one.reason) for one in audit.not_audited], console)
    verdict = ("passes", "bold green") if audit.passes(strict=strict) else (_failure(audit), "bold red")
    _print_rows("", [("verdict", verdict[0]), *_verdict_words(audit)], console, {verdict[0]: verdict[1]})


def _failure(audit: Audit) -> str:
    """That it fails; and why, where only strictness makes it."""
    return "fails: it is strict, and not everything was audited" if audit.passes(strict=False) else "fails"


def _print_findings(findings: Sequence[Finding], console: Console) -> None:
    groups: dict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if not finding.suppressed:
            groups[finding.severity, finding.rule].append(finding)
    for (severity, rule), found in sorted(groups.items(), key=lambda group: (group[0][0].rank, group[0][1])):
        number = f" ({len(found)})" if len(found) > 1 else ""
        console.print()
        console.print(Text.assemble((severity.value, _STYLES[severity]), f" {rule}{number}"))
        for line in _message(found[0], console) if len(found) == 1 else _names(found, console.width):
            console.print(Text(f"  {line}"))


def _message(finding: Finding, console: Console) -> list[str]:
    """What a finding says: broken between words on a terminal, whole where a program may read it."""
    named = finding.path.removeprefix(PREFIX)
    # What is found in the body of a function is told of its words alone.
    told = named.startswith(_BODY) and named.split(" ", 1)[1].partition("(")[0] not in finding.message.replace('"', "")
    words = printable(f"{named}: {finding.message}" if told else finding.message)
    if not console.is_terminal:
        return [words]
    return wrap(words, max(console.width - 2, 20), break_long_words=False, break_on_hyphens=False)


def _names(found: Sequence[Finding], width: int) -> list[str]:
    """The names of what was found in as few lines as they need, none of them broken."""
    lines: list[str] = []
    for name in (printable(one.path.removeprefix(PREFIX)) for one in found):
        if lines and len(lines[-1]) + len(name) + 4 <= width:
            lines[-1] += f", {name}"
        else:
            lines[-1:] = [*(f"{line}," for line in lines[-1:]), name]
    return lines


def _print_anonymous(seen: Anonymous, console: Console) -> None:
    rows = [
        (one.name, one.kind, _sight(one), _about(one))
        for one in seen.relations
        if one.sight in (Sight.ROWS, Sight.UNDECIDED) or one.writes
    ]
    _print_rows(f"what {seen.role} gets", rows, console)
    functions = [
        (one.name, "with its owner's rights" if one.definer else "", "through PUBLIC" if one.by_public else "")
        for one in seen.functions
    ]
    _print_rows(f"what {seen.role} may execute (not called)", functions, console)


def _sight(one: RelationSeen) -> str:
    if one.kind == "sequence":
        return ""
    words = {
        Sight.ROWS: "rows" if one.observed else "would give rows",
        Sight.NOTHING: "no row",
        Sight.REFUSED: "refused",
        Sight.UNDECIDED: "undecided",
    }
    return words[one.sight]


def _about(one: RelationSeen) -> str:
    columns = f"columns {', '.join(one.columns)}" if one.columns else ""
    reach = " (granted by the platform)" if one.out_of_reach else ""
    writes = f"may {', '.join(one.writes)}{reach}" if one.writes else ""
    return "; ".join(part for part in (one.reason, columns, writes) if part)


def _print_rows(
    title: str, rows: Sequence[tuple[str, ...]], console: Console, styles: Mapping[str, str] | None = None
) -> None:
    """Print rows in columns as wide as their cells, whatever the width of the terminal: names stay whole."""
    if not rows:
        return
    console.print()
    if title:
        console.print(Text(title, "bold"))
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        line = Text("  " if title else "")
        for cell, width in zip(row, widths, strict=True):
            line.append(cell, (styles or {}).get(cell))
            line.append(" " * (width - len(cell) + 2))
        line.rstrip()
        console.print(line)


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
