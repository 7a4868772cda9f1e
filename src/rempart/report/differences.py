"""Differences of two sources: as text with colours, as JSON, as Markdown."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rempart.catalog.compare import Difference
from rempart.catalog.definition import definition
from rempart.catalog.identity import Identity
from rempart.catalog.plan import Plan

_SIGNS = {"create": "+", "drop": "-", "alter": "~"}
_STYLES = {"+": "green", "-": "red", "~": "yellow", "!": "bold red", "@": "cyan"}
_PARTS = ("column", "constraint", "trigger", "rule", "policy")
_SHORT = 100  # characters that fit on a line beside a name

Line = tuple[str, str]
"""A line, and the style it has on a terminal."""


def data(plan: Plan, before: str, after: str, not_compared: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The differences as data.

    Args:
        plan: What differs, and what closes it.
        before: The first source, as shown.
        after: The second source, as shown.
        not_compared: What was not read: its kind, its name.
    """
    refused = dict(plan.refused)
    ddl: dict[Identity, list[str]] = {}
    for step in plan.steps:
        ddl.setdefault(step.identity, []).extend(step.statements)
    return {
        "version": 1,
        "from": before,
        "to": after,
        "differences": [
            {
                "object": str(difference.identity),
                "kind": difference.identity.kind,
                "action": difference.action,
                "changes": list(difference.changes),
                "before": definition(difference.before) if difference.before else None,
                "after": definition(difference.after) if difference.after else None,
                "ddl": ddl.get(difference.identity, []),
                "refused": refused.get(difference.identity),
            }
            for difference in plan.differences
        ],
        "ddl": [statement for step in plan.steps for statement in step.statements],
        "refused": [{"object": str(identity), "reason": reason} for identity, reason in plan.refused],
        "losses": [{"object": str(step.identity), "loses": step.loses} for step in plan.losses],
        "not_compared": [{"kind": kind, "name": name} for kind, name in not_compared],
    }


def text(plan: Plan, before: str, after: str, not_compared: Iterable[tuple[str, str]]) -> list[Line]:
    """The differences as lines for a terminal.

    Args:
        plan: What differs, and what closes it.
        before: The first source, as shown.
        after: The second source, as shown.
        not_compared: What was not read: its kind, its name.
    """
    lines: list[Line] = []
    whole = _whole(plan.differences)
    for difference in plan.differences:
        if difference.identity.kind in _PARTS and (difference.action, difference.identity[1:3]) in whole:
            continue
        sign = _SIGNS[difference.action]
        lines.append((f"{sign} {difference.identity}{_beside(difference, whole)}", _STYLES[sign]))
        lines += [(f"    {line}", _style(line)) for line in _changes(difference)]
    unread = [(f"! not compared: {kind} {name}", _STYLES["!"]) for kind, name in not_compared]
    refused = [(f"! no SQL for {identity}: {reason}", _STYLES["!"]) for identity, reason in plan.refused]
    lines += unread
    if not plan.differences:
        as_far = ", as far as they are read" if unread or refused else ""
        return [*lines, *refused, (f"{before} and {after} are the same{as_far}.", "")]
    lines.append(("", ""))
    lines.append((summary(plan, before, after), "bold"))
    if plan.steps:
        lines.append(("", ""))
        lines += [(line, "") for line in script(plan).splitlines()]
    return lines + refused


def markdown(plan: Plan, before: str, after: str, not_compared: Iterable[tuple[str, str]]) -> str:
    """The differences for a pull request.

    Args:
        plan: What differs, and what closes it.
        before: The first source, as shown.
        after: The second source, as shown.
        not_compared: What was not read: its kind, its name.
    """
    lines = [f"### `{before}` → `{after}`", ""]
    shown = [line for line, _ in text(plan, before, after, not_compared)]
    if not plan.differences:
        return "\n".join([*lines, shown[-1], *(f"- {line[2:]}" for line in shown[:-1])]) + "\n"
    end = shown.index("")
    lines += [shown[end + 1], "", "```diff", *shown[:end], "```", ""]
    if plan.steps:
        lines += [
            "<details><summary>DDL</summary>",
            "",
            "```sql",
            *script(plan).splitlines(),
            "```",
            "",
            "</details>",
            "",
        ]
    lines += [f"- **no SQL** for {identity}: {reason}" for identity, reason in plan.refused]
    return "\n".join(lines).rstrip() + "\n"


def summary(plan: Plan, before: str, after: str) -> str:
    """One sentence about how much differs.

    Args:
        plan: What differs.
        before: The first source, as shown.
        after: The second source, as shown.
    """
    counts = Counter(difference.action for difference in plan.differences)
    said = ", ".join(f"{counts[action]} to {action}" for action in ("create", "alter", "drop") if counts[action])
    refused = f"; no SQL for {len(plan.refused)} of them" if plan.refused else ""
    return f"from {before} to {after}: {said}{refused}"


def script(plan: Plan) -> str:
    """The statements that close the differences, destructive ones marked.

    Args:
        plan: What closes them.
    """
    lines = []
    for step in plan.steps:
        if step.loses:
            lines.append(f"-- destructive: loses {step.loses}")
        lines += [f"{statement};" for statement in step.statements]
    return "\n".join(lines)


def _whole(differences: Iterable[Difference]) -> dict[tuple[str, tuple[str, str]], Counter[str]]:
    """The relations that come or go as a whole, with how many of each kind of part."""
    listed = list(differences)
    found: dict[tuple[str, tuple[str, str]], Counter[str]] = {
        (one.action, one.identity[1:3]): Counter()
        for one in listed
        if one.identity.kind in ("table", "view") and one.action != "alter"
    }
    for one in listed:
        if one.identity.kind in _PARTS and (one.action, one.identity[1:3]) in found:
            found[one.action, one.identity[1:3]][one.identity.kind] += 1
    return found


def _beside(difference: Difference, whole: dict[tuple[str, tuple[str, str]], Counter[str]]) -> str:
    parts = whole.get((difference.action, difference.identity[1:3]))
    if parts and difference.identity.kind in ("table", "view"):
        plural = {"policy": "policies"}
        said = [f"{n} {kind if n == 1 else plural.get(kind, kind + 's')}" for kind, n in parts.items()]
        return f"  ({', '.join(said)})"
    return ""


def _changes(difference: Difference) -> Iterator[str]:
    if difference.before is None or difference.after is None:
        return
    for name in difference.changes:
        old, new = (_plain(getattr(state, name)) for state in (difference.before, difference.after))
        if "\n" not in old + new and len(old) + len(new) < _SHORT:
            yield f"{name.replace('_', ' ')}: {old} → {new}"
        else:
            yield f"{name.replace('_', ' ')}:"
            compared = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)
            yield from (f"  {line}" for line in list(compared)[2:])


def _plain(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        words = (" ".join(filter(None, map(str, entry))) if isinstance(entry, tuple) else str(entry) for entry in value)
        return ", ".join(words) if value else "none"
    return str(value)


def _style(line: str) -> str:
    return _STYLES.get(line.strip()[:1], "") if line.startswith("  ") else ""
