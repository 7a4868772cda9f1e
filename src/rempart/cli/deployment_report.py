"""What the commands of a deployment print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from rempart.access.widening import told
from rempart.cli.terminal import shown
from rempart.deploy.document import access_change, changes_of, gate_data

if TYPE_CHECKING:
    from rempart.config import Config
    from rempart.deploy.fleet import Outcome
    from rempart.deploy.gates.running import Passed
    from rempart.deploy.gates.situation import Situation
    from rempart.deploy.planning import Impact, Plan
    from rempart.deploy.status import Status

_SHOWN = 12
_VERBS = {"create": "+", "alter": "~", "drop": "-"}
_COLOURS = {"create": "green", "alter": "yellow", "drop": "red"}
_UNITS = ("B", "KB", "MB", "GB", "TB")


def print_status(name: str, found: Status) -> None:
    """Print where an environment stands.

    Args:
        name: Of the environment.
        found: Where it stands.
    """
    console = _console()
    pending = f"{len(found.pending)} pending" if found.pending else "up to date"
    console.print(Text.assemble((name, "bold"), f"  {found.facts.name} on {found.facts.server}"))
    style = "yellow" if found.pending else "green"
    console.print(Text.assemble(f"  revision   {found.revision} of {found.head}  ", (pending, style)))
    for step in found.pending:
        console.print(Text(f"             {step.revision}  {step.message}", "dim"))
    for line in found.edited:
        console.print(Text.assemble("  edited     ", (line, "bold red")))
    last = found.last_document
    if last:
        what = f"{last['operation']} {last['from']} -> {last['to']} {last['outcome']}"
        console.print(Text(f"  last       {last['started_at']}  {what}, by {last['actor']}, release {last['release']}"))
    elif found.facts.marker is None:
        console.print(Text("  last       none: it was never deployed to by this tool"))
    for one in found.unfinished:
        state = "runs now" if found.held_by else "was interrupted; the next apply goes on from there"
        console.print(Text.assemble("  unfinished ", (f"{one} {state}", "bold yellow")))
    if found.held_by:
        console.print(Text.assemble("  locked by  ", (found.held_by, "yellow")))
    for index in found.invalid_indexes:
        console.print(
            Text.assemble("  invalid    ", (f"index {index}: left by a failure; its revision rebuilds it", "red"))
        )


def status_data(name: str, found: Status) -> dict[str, Any]:
    """The same as JSON.

    Args:
        name: Of the environment.
        found: Where it stands.
    """
    marker = found.facts.marker
    return {
        "version": 1,
        "environment": name,
        "database": {
            "id": marker.database if marker else None,
            "name": found.facts.name,
            "server": found.facts.server,
        },
        "revision": found.revision,
        "head": found.head,
        "pending": [step.revision for step in found.pending],
        "edited": list(found.edited),
        "last": {key: found.last_document.get(key) for key in _LAST} if found.last else None,
        "unfinished": list(found.unfinished),
        "held_by": found.held_by,
        "invalid_indexes": list(found.invalid_indexes),
    }


_LAST = ("id", "operation", "from", "to", "outcome", "started_at", "actor", "release", "commit")


def print_plan(
    situation: Situation, findings: Sequence[Mapping[str, Any]], gates: Sequence[Passed] | None, file: Path | None
) -> None:
    """Print a plan.

    Args:
        situation: The deployment.
        findings: What the linter says of its revisions.
        gates: What the gates said; None when they were not asked.
        file: Where the plan was written.
    """
    console, plan = _console(), situation.plan
    _print_head(console, plan)
    for step, effect, impact in zip(plan.steps, plan.effects, plan.impacts, strict=True):
        console.print()
        console.print(
            Text.assemble((step.revision, "bold cyan"), f"  {step.message}  ", (impact.duration.value, "bold"))
        )
        for line in _impact_lines(impact):
            console.print(line)
        _print_changes(console, changes_of(effect))
        for one in findings:
            if Path(one["path"]).name == step.file:
                style = "red" if one["severity"] == "error" else "yellow"
                console.print(Text.assemble("  lint   ", (f"{one['rule']}: {one['message']}", style)))
        console.print(Text("  sql", "dim"))
        for sql in step.sql.strip().splitlines():
            console.print(Text(f"    {sql}", "dim"))
    _print_access(console, situation)
    if gates is not None:
        console.print()
        _print_gates(console, gates)
    if plan.steps:
        console.print()
        console.print(Text.assemble("plan      ", (plan.id[:12], "bold"), f"  {shown(file) if file else ''}"))
        console.print(Text(f"rollback  {plan.rollback}"))


def plan_data(
    situation: Situation, findings: Sequence[Mapping[str, Any]], gates: Sequence[Passed] | None, file: Path | None
) -> dict[str, Any]:
    """The same as JSON.

    Args:
        situation: The deployment.
        findings: What the linter says of its revisions.
        gates: What the gates said; None when they were not asked.
        file: Where the plan was written.
    """
    plan = situation.plan
    return {
        **plan.content,
        "file": str(file) if file else None,
        "steps": [
            {
                "revision": step.revision,
                "message": step.message,
                "direction": step.direction,
                "sha256": step.sha256,
                "sql": step.sql,
                "transactional": step.transactional,
                "duration": impact.duration.value,
                "stops": dict(impact.stops),
                "touched": {name: {"how": how, "bytes": size} for name, (how, size) in impact.touched.items()},
                "changes": changes_of(effect),
                "findings": [one for one in findings if Path(one["path"]).name == step.file],
                "maintenance": list(step.maintenance),
            }
            for step, effect, impact in zip(plan.steps, plan.effects, plan.impacts, strict=True)
        ],
        "access": None if situation.access is None else [access_change(one) for one in situation.access],
        "gates": None if gates is None else [gate_data(one) for one in gates],
        "rollback": plan.rollback,
    }


def print_before(plan: Plan, gates: Sequence[Passed]) -> None:
    """Print what somebody is asked to confirm.

    Args:
        plan: What would run.
        gates: What the gates said.
    """
    console = _console()
    _print_head(console, plan)
    for step, impact in zip_longest(plan.steps, plan.impacts):
        expected = impact.duration.value if impact is not None else ""
        console.print(Text.assemble("  ", (step.revision, "bold cyan"), f"  {step.message}  ", (expected, "dim")))
        for line in step.sql.strip().splitlines():
            console.print(Text(f"    {line}", "dim"))
    _print_gates(console, gates)
    console.print(Text(f"rollback  {plan.rollback}"))


def print_document(document: Mapping[str, Any], config: Config) -> None:
    """Print how a deployment ended.

    Args:
        document: Its document.
        config: The project.
    """
    console = _console()
    style = "bold green" if document["outcome"] == "succeeded" else "bold red"
    revisions = document["revisions"]
    what = f"{document['from']} -> {document['to']}" if revisions else f"nothing to do, it is at {document['from']}"
    console.print(
        Text.assemble(
            (document["environment"], "bold"), f"  {document['operation']}  {what}  ", (document["outcome"], style),
            (f"  in {document['seconds']:.1f} s", "dim"),
        )
    )  # fmt: skip
    for one in revisions:
        seconds = "" if one["seconds"] is None else f"{one['seconds']:.2f} s"
        again = f", {one['attempts']} attempts" if (one["attempts"] or 1) > 1 else ""
        took = (f"  {seconds}{again}", "dim") if seconds else ""
        console.print(Text.assemble("  ", (one["revision"], "cyan"), f"  {one['message']}", took))
    _print_document_gates(console, document["gates"])
    for one in document["accepted"]:
        console.print(Text.assemble("  accepted  ", (f"{one['revision']}: {one['said']}", "yellow")))
    for line in _sights(document):
        console.print(line)
    folder = config.deployment.evidence / document["environment"]
    console.print(Text(f"  evidence  {shown(folder / (document['id'] + '.md'))}"))
    if document["rollback"] and document["operation"] in ("apply", "promote"):
        console.print(Text(f"  rollback  {document['rollback']}"))


def print_fleet(found: Sequence[Outcome]) -> None:
    """Print what came of several environments.

    Args:
        found: What came of each.
    """
    console = _console()
    width = max(len(one.name) for one in found)
    for one in found:
        if one.code is None:
            said = ("not begun", "yellow")
        else:
            said = ("ok       ", "green") if one.ok else ("FAILED   ", "bold red")
        document = one.document or {}
        what = f"{document['from']} -> {document['to']}" if document else one.said.partition("\n")[0]
        seconds = f"{one.seconds:6.1f} s" if one.code is not None else " " * 8
        console.print(Text.assemble(f"{one.name:<{width}}  ", said, f"  {seconds}  {what}"))
    done = sum(one.ok for one in found)
    console.print(Text(f"{done} of {len(found)} environments", "bold green" if done == len(found) else "bold red"))


def fleet_data(found: Sequence[Outcome]) -> dict[str, Any]:
    """The same as JSON.

    Args:
        found: What came of each.
    """
    return {
        "version": 1,
        "environments": [
            {
                "environment": one.name,
                "ok": one.ok,
                "code": one.code,
                "seconds": round(one.seconds, 3),
                "document": one.document,
                "said": one.said,
            }
            for one in found
        ],
    }


def _console() -> Console:
    return Console(soft_wrap=True, highlight=False)


def _print_head(console: Console, plan: Plan) -> None:
    count = f"{len(plan.steps)} revision{'' if len(plan.steps) == 1 else 's'}"
    way = f"{plan.start} -> {plan.goal}, {count}" if plan.steps else f"at {plan.start}: nothing to do"
    where = f"  {plan.facts.name} on {plan.facts.server}"
    console.print(Text.assemble((plan.environment, "bold"), where, f"  {plan.operation}  {way}"))


def _impact_lines(impact: Impact) -> Iterator[Text]:
    for name, whom in impact.stops.items():
        yield Text.assemble("  stops  ", (f"{whom} of {name}", "yellow"))
    for name, (how, size) in impact.touched.items():
        verb = "rewrites" if how == "rewritten" else "reads all of"
        yield Text.assemble("  rows   ", (f"{verb} {name} ({_size(size)})", "yellow"))


def _print_changes(console: Console, changes: Sequence[Mapping[str, Any]]) -> None:
    whole = {
        (one["action"], one["object"].removeprefix("table ")) for one in changes if one["object"].startswith("table ")
    }
    seen = [one for one in changes if not _within(one, whole)]
    for one in seen[:_SHOWN]:
        fields = f" ({', '.join(name.replace('_', ' ') for name in one['fields'])})" if one["fields"] else ""
        verb = (_VERBS[one["action"]], _COLOURS[one["action"]])
        console.print(Text.assemble("  ", verb, f"      {one['object']}{fields}"))
    if len(seen) > _SHOWN:
        console.print(Text(f"         and {len(seen) - _SHOWN} more", "dim"))


def _within(change: Mapping[str, Any], whole: set[tuple[str, str]]) -> bool:
    """Whether something comes or goes with its table, which is shown."""
    kind, _, rest = change["object"].partition(" ")
    if kind == "column":
        return (change["action"], rest.rpartition(".")[0]) in whole
    return kind == "constraint" and (change["action"], rest.rpartition(" on ")[2]) in whole


def _print_access(console: Console, situation: Situation) -> None:
    if not situation.plan.steps:
        return
    console.print()
    if situation.access is None:
        console.print(Text.assemble("access    ", (f"not observed: {situation.access_trouble}", "yellow")))
        return
    wider = [one for one in situation.access if one.wider is not False]
    console.print(
        Text.assemble(
            "access    ", (f"{len(wider)} wider", "bold yellow" if wider else "green"),
            f", {len(situation.access) - len(wider)} not wider",
        )
    )  # fmt: skip
    lines = told(wider)
    for line in lines[:_SHOWN]:
        console.print(Text(f"          {line}"))
    if len(lines) > _SHOWN:
        console.print(Text(f"          and {len(lines) - _SHOWN} more (--format json has all)", "dim"))


def _print_gates(console: Console, gates: Sequence[Passed]) -> None:
    _print_document_gates(console, [gate_data(one) for one in gates])


def _print_document_gates(console: Console, gates: Sequence[Mapping[str, Any]]) -> None:
    width = max((len(one["name"]) for one in gates), default=0)
    for one in gates:
        override = one["override"]
        word = ("ok    ", "green") if one["ok"] else ("CLOSED", "bold red")
        if override is not None:
            word = ("passed", "bold yellow")
        console.print(Text.assemble("  gate  ", word, f"  {one['name']:<{width}}  ", (one["said"], "dim")))
        if one["ok"]:
            continue
        for line in one["details"][:_SHOWN]:
            console.print(Text(f"                {line}"))
        if len(one["details"]) > _SHOWN:
            console.print(Text(f"                and {len(one['details']) - _SHOWN} more", "dim"))
        if override is not None:
            console.print(Text(f"                overridden by {override['by']}: {override['reason']}", "yellow"))


def _sights(document: Mapping[str, Any]) -> Iterator[Text]:
    anon, audit, integrity = document["anon"], document["audit"], document["integrity"]
    if anon is not None:
        seen = [*anon["rows"], *anon["writable"], *anon["functions"]]
        said = f"sees nothing ({anon['relations']} relations tried)" if not seen else f"reaches {', '.join(seen)}"
        yield Text.assemble("  anon      ", (said, "bold red" if seen else "green"))
    if integrity is not None and integrity["after"] is not None:
        before, after = integrity["before"] or {}, integrity["after"]
        codes = sorted({*before, *after})
        moved = [f"{code} {before.get(code, 0)} -> {after.get(code, 0)}" for code in codes]
        yield Text(f"  integrity {', '.join(moved) or 'no alert before, none after'}")
    if audit is not None:
        count = len(audit["found"])
        said = "nothing found" if not count else f"{count} found: {audit['found'][0]}"
        yield Text.assemble("  audit     ", (said, "bold red" if count else "green"))


def _size(size: float) -> str:
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            return f"{size:.0f} {unit}"
        size /= 1024
    raise AssertionError
