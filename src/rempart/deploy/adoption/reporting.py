"""What an adoption found and did: as lines for a terminal, and as data."""

from __future__ import annotations

from typing import Any

from rempart.catalog.plan import Plan
from rempart.deploy.adoption.assessing import Report
from rempart.deploy.adoption.finding import Outcome
from rempart.report import differences
from rempart.report.differences import Line


def data(outcome: Outcome) -> dict[str, Any]:
    """The outcome as data.

    Args:
        outcome: What `adopt` gave.
    """
    report, done = outcome.report, outcome.adopted
    live, goal = _names(report)
    return {
        "version": 1,
        "environment": report.environment,
        "baseline": report.baseline,
        "database": {"name": report.facts.name, "server": report.facts.server},
        "state": report.state,
        "matching": dict(sorted(report.matching.items())),
        "differences": differences.data(_differing(report), live, goal, ())["differences"],
        "closings": differences.data(_closing(report), live, goal, ())["differences"],
        "unmanaged": [str(one) for one in report.unmanaged],
        "not_compared": [{"kind": kind, "name": name} for kind, name in report.not_compared],
        "refused": [{"object": str(identity), "reason": reason} for identity, reason in report.refused],
        "conflicts": [
            {
                "object": one.object,
                "rule": one.rule,
                "rows": one.rows,
                "examples": list(one.examples),
                "decide": one.decide,
            }
            for one in report.conflicts
        ],
        "not_asked": [{"object": one.object, "reason": one.reason} for one in report.unasked],
        "notes": list(report.notes),
        "file": str(outcome.file),
        "written": outcome.written,
        "rehearsed": outcome.rehearsed,
        "adopted": None
        if done is None
        else {
            "deployment": done.deployment,
            "catalog": {"before": done.before, "after": done.after},
            "rows": done.rows,
            "attempts": done.attempts,
            "seconds": round(done.seconds, 3),
        },
    }


def text(outcome: Outcome) -> list[Line]:
    """The outcome as lines.

    Args:
        outcome: What `adopt` gave.
    """
    report = outcome.report
    live, goal = _names(report)
    matching = ", ".join(f"{count} {kind}" for kind, count in sorted(report.matching.items())) or "nothing"
    lines: list[Line] = [
        (f"database {report.facts.name} ({report.facts.server}), baseline {report.baseline}", "bold"),
        (f"the same: {matching}", ""),
    ]
    if report.differences:
        lines += [("", ""), ("What differs, and the SQL that closes it", "bold")]
        lines += differences.text(_differing(report), live, goal, ())
    if report.unmanaged or report.not_compared:
        lines += [("", ""), ("Unmanaged: it is in the database only, and stays", "bold")]
        lines += [(f"  {one}", "") for one in report.unmanaged]
        lines += [(f"  {kind} {name} (not read)", "") for kind, name in report.not_compared]
    if report.closings:
        lines += [("", ""), ("Unmanaged, and open: it is closed", "bold")]
        lines += differences.text(_closing(report), live, goal, ())
    if report.notes:
        lines += [("", ""), ("To know before", "bold"), *((f"  {note}", "yellow") for note in report.notes)]
    if report.unasked:
        lines += [("", ""), ("Not asked of the rows: the adoption's own transaction will tell", "bold")]
        lines += [(f"  {one.object}: {one.reason}", "yellow") for one in report.unasked]
    if report.refused:
        lines += [("", ""), ("No SQL is written for it: to be done by hand", "bold")]
        lines += [(f"! {identity}: {reason}", "bold red") for identity, reason in report.refused]
    if report.conflicts:
        lines += [("", ""), ("Rows that break what would be added: somebody has to decide", "bold")]
        lines += [(f"! {line}", "bold red") for one in report.conflicts for line in one.lines()]
    return [*lines, ("", ""), *_result(outcome)]


def _result(outcome: Outcome) -> list[Line]:
    report, done = outcome.report, outcome.adopted
    if done is not None:
        rows = f"{done.rows} rows before and after"
        return [(f"adopted at {report.baseline}, {rows}, in {done.seconds:.1f} s; {done.deployment}", "bold green")]
    if outcome.written:
        return [(f"written: {outcome.file}; read it, then run it with --apply", "bold green")]
    if not report.can_go_on:
        return [("it cannot be adopted yet; nothing was written", "bold red")]
    if outcome.rehearsed:
        return [("it ran on a copy of the schema; nothing was written", "green")]
    if not report.plan.differences:
        return [(f"nothing differs: --apply stamps it with {report.baseline}", "green")]
    return [("--write writes the revision that closes the differences; nothing was written", "")]


def _names(report: Report) -> tuple[str, str]:
    return f"env:{report.environment}", f"revisions@{report.baseline}"


def _differing(report: Report) -> Plan:
    unmanaged = set(report.unmanaged)
    steps = tuple(step for step in report.plan.steps if step.identity not in unmanaged)
    return Plan(tuple(report.differences), steps, ())


def _closing(report: Report) -> Plan:
    unmanaged = set(report.unmanaged)
    return Plan(tuple(report.closings), tuple(one for one in report.plan.steps if one.identity in unmanaged), ())
