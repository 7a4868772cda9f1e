"""The demonstration, for a terminal and as data."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rempart.access.probe import Attempt, Outcome
from rempart.local.demo import AccessShown, AnonVerdict, Applied, Demonstration, IntegrityShown

_SEVERITY_STYLES = {"CRITICAL": "bold red", "WARN": "yellow", "INFO": "cyan"}


def print_demonstration(shown: Demonstration, console: Console) -> None:
    """Print it for a person: what was applied, the alerts, who sees what, and the anon verdict.

    Args:
        shown: The demonstration.
        console: Where to.
    """
    _print_applied(shown.applied, console)
    _print_integrity(shown.integrity, console)
    _print_access(shown.access, console)
    _print_anon(shown.anon, console)


def as_json(shown: Demonstration) -> dict[str, Any]:
    """The demonstration as data, with `"version": 1`; the access part in the shape of `rempart access`.

    Args:
        shown: The demonstration.
    """
    applied, integrity, access, anon = shown.applied, shown.integrity, shown.access, shown.anon
    return {
        "version": 1,
        "applied": {
            "server": applied.server,
            "revisions": [{"revision": r.identifier, "message": r.message} for r in applied.revisions],
            "seconds": {
                "start": round(applied.start_seconds, 3),
                "upgrade": round(applied.upgrade_seconds, 3),
                "sample": round(applied.sample_seconds, 3),
            },
        },
        "integrity": {
            "first_sync": integrity.first,
            "second_sync": integrity.second,
            "changed_by_second_sync": integrity.changed,
            "alerts": [
                {
                    "check_code": alert.check_code,
                    "severity": alert.severity,
                    "entity_type": alert.entity_type,
                    "entity_id": str(alert.entity_id),
                    "status": alert.status,
                    "message": alert.message,
                }
                for alert in integrity.alerts
            ],
        },
        "access": {
            "version": 1,
            "personas": [persona.name for persona in access.personas],
            "relations": {
                relation.qualified: {
                    persona.name: {"select": _read(access.reads[persona.name][relation.qualified])}
                    for persona in access.personas
                }
                for relation in access.relations
            },
            "rows": access.totals,
        },
        "anon": {
            "persona": anon.persona.name,
            "sees_nothing": anon.nothing,
            "relations": len(anon.reads),
            "relations_with_rows": len(anon.reads) - len(anon.empty),
            "rows_readable": anon.rows_readable,
            "functions": len(anon.functions),
            "functions_executable": len(anon.executable),
            "write_attempts": len(anon.writes),
            "writes_succeeded": len(anon.written),
            "not_refused": [
                {"object": a.subject, "action": a.action, "outcome": a.outcome.value, "reason": a.reason}
                for a in _not_refused(anon)
            ],
        },
    }


def _read(attempt: Attempt) -> dict[str, Any]:
    if attempt.outcome is Outcome.REFUSED:
        return {"outcome": "refused"}
    return {"outcome": attempt.outcome.value, "rows": attempt.rows}


def _print_applied(applied: Applied, console: Console) -> None:
    _heading(console, "Applied", f"{len(applied.revisions)} revisions on {applied.server}")
    table = _table()
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for revision in applied.revisions:
        table.add_row(revision.identifier, revision.message)
    console.print(table)
    console.print(
        f"  server and platform {applied.start_seconds:.1f} s, revisions {applied.upgrade_seconds:.1f} s,"
        f" sample data {applied.sample_seconds:.1f} s"
    )


def _print_integrity(integrity: IntegrityShown, console: Console) -> None:
    _heading(console, "Integrity alerts", f"{len(integrity.alerts)} active after a sync")
    table = _table()
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column()
    for alert in integrity.alerts:
        style = _SEVERITY_STYLES.get(alert.severity, "")
        table.add_row(Text(alert.severity, style=style), alert.check_code, alert.status, alert.message)
    console.print(table)
    console.print(f"  first sync:  {_counts(integrity.first)}")
    changed = ", ".join(integrity.changed) or "nothing"
    console.print(f"  second sync: {_counts(integrity.second)}")
    console.print(f"  changed by the second sync: {changed}")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{value} {name}" for name, value in counts.items())


def _print_access(access: AccessShown, console: Console) -> None:
    _heading(console, "Who sees what", "rows each session reads, really read")
    table = _table(header=True)
    table.add_column("relation", no_wrap=True)
    table.add_column("rows", justify="right", no_wrap=True)
    for persona in access.personas:
        table.add_column(persona.label or persona.name, justify="right", no_wrap=True)
    for relation in access.relations:
        total = access.totals[relation.qualified]
        cells = [_cell(access.reads[p.name][relation.qualified], total) for p in access.personas]
        table.add_row(relation.name, str(total), *cells)
    console.print(table)
    console.print("  · refused (42501)   0 hidden by row security   [green]n[/] all rows   [yellow]n[/] some of them")


def _cell(attempt: Attempt, total: int) -> Text:
    if attempt.outcome is Outcome.REFUSED:
        return Text("·", style="dim")
    if attempt.outcome is Outcome.UNDECIDED:
        return Text("?", style="bold red")
    if not attempt.rows:
        return Text("0", style="dim")
    return Text(str(attempt.rows), style="green" if attempt.rows >= total else "yellow")


def _print_anon(anon: AnonVerdict, console: Console) -> None:
    _heading(console, "Anonymous", "the key that ships in the web page")
    verdict = "anon sees nothing" if anon.nothing else "anon gets through"
    style = "bold green" if anon.nothing else "bold red"
    sentence = (
        f"{anon.persona.name}: {anon.rows_readable} rows readable in {len(anon.reads)} relations,"
        f" {len(anon.executable)} of {len(anon.functions)} functions executable,"
        f" {len(anon.written)} of {len(anon.writes)} write attempts succeeded"
    )
    console.print(Text.assemble("  ", (verdict, style), " · each really tried"))
    console.print(Text(f"  {sentence}"), soft_wrap=True)
    for attempt in _not_refused(anon):
        detail = attempt.reason or f"{attempt.rows} rows"
        console.print(Text(f"  {attempt.outcome.value}: {attempt.action} {attempt.subject} ({detail})", "red"))


def _not_refused(anon: AnonVerdict) -> list[Attempt]:
    attempts = [*anon.reads, *anon.functions, *anon.writes]
    return [attempt for attempt in attempts if attempt.outcome is not Outcome.REFUSED]


def _heading(console: Console, title: str, note: str) -> None:
    console.print()
    console.print(Text.assemble((title, "bold"), "  ", (note, "dim")))


def _table(*, header: bool = False) -> Table:
    return Table(box=None, padding=(0, 0, 0, 2), header_style="dim", show_header=header)
