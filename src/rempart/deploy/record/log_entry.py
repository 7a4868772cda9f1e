"""A deployment as a page of Markdown: what a manager reads and signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_SPECIAL = re.compile(r"[\\`*\[\]<>&|~#$]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|:(?=//)|(?<=www)\.", re.I)
_LEADING = re.compile(r"^(\d+(?=[.)])|(?=[-+=]))(.)")
"""What would begin a list or a title at the beginning of a line."""
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_TITLES = {
    "apply": "Deployment to {}",
    "promote": "Promotion to {}",
    "rollback": "Rollback of {}",
    "adopt": "Adoption of {}",
    "dry-run": "Dry run for {}",
}
_ACTIONS = {"create": "added", "alter": "changed", "drop": "removed"}
_DONE = {"upgrade": "applied", "downgrade": "undone"}
_SHOWN = 20  # details of one gate


def log_entry(document: Mapping[str, Any], number: int | None, digest: str | None) -> str:
    """The page of a deployment. The same arguments always give the same text.

    Args:
        document: What is known of the deployment.
        number: The ledger's entry that ends it; None when it is in no ledger.
        digest: The digest of that entry.

    Returns:
        Markdown in which no text of a user is anything but text.
    """
    sections = (
        _head(document),
        _facts(document),
        _gates(document.get("gates") or ()),
        _revisions(document.get("revisions") or ()),
        _integrity(document.get("integrity")),
        _access(document.get("access")),
        _anonymous(document.get("anon")),
        _audit(document.get("audit")),
        _notes(document),
        _rollback(document.get("rollback")),
        _record(document, number, digest),
        _signature(),
        _sql(document.get("revisions") or ()),
    )
    return "\n\n".join("\n".join(lines) for section in sections if (lines := list(section))) + "\n"


def text(value: object) -> str:
    """A text of a user, as Markdown that shows it and does nothing else.

    Args:
        value: The text; None is shown as a dash.
    """
    if value is None or value == "":
        return "–"
    shown = _visible(re.sub(r"\s", " ", str(value))).strip()
    shown = _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), shown)
    return _LEADING.sub(r"\1\\\2", shown)


def _visible(value: str) -> str:
    """Show what would not be seen, such as what turns the direction of writing round."""
    return "".join(
        f"U+{ord(one):04X}" if unicodedata.category(one) in _INVISIBLE and one not in "\t\n" else one for one in value
    )


def _head(document: Mapping[str, Any]) -> Iterator[str]:
    operation, outcome = str(document.get("operation")), str(document.get("outcome"))
    title = _TITLES.get(operation, "{}").format(text(document.get("environment")))
    yield f"# {title}: {_span(document)}, {text(outcome)}"
    yield ""
    yield _sentence(document, operation, outcome)


def _sentence(document: Mapping[str, Any], operation: str, outcome: str) -> str:
    revisions = document.get("revisions") or ()
    done = [one for one in revisions if one.get("outcome") == "done"]
    count = f"{len(done)} of {_counted(len(revisions), 'revision')}"
    if outcome == "refused":
        refused = [str(one.get("name")) for one in document.get("gates") or () if _stops(one)]
        by = f" by {_listed(text(name) for name in refused)}" if refused else ""
        return f"It was refused{by}. Nothing was changed."
    if operation == "dry-run":
        return f"It was tried on a throw-away copy, where {count} ran. The database itself was not changed."
    if operation == "adopt":
        return "The database is under the history from now on. No row was changed."
    if outcome == "succeeded":
        return f"{count} ran; the database is at {text(document.get('to'))}."
    stays = "What ran before stays; a revision that failed was rolled back." if done else "Nothing of it stays."
    return f"It did not reach its end: {count} ran. {stays}"


def _facts(document: Mapping[str, Any]) -> Iterator[str]:
    database = document.get("database") or {}
    release, commit = document.get("release"), document.get("commit")
    rows = (
        ("Environment", text(document.get("environment"))),
        ("Database", f"{text(database.get('name'))}, {text(database.get('server'))}"),
        ("Asked for by", text(document.get("requested_by"))),
        ("Approved by", _approval(document.get("gates") or ())),
        ("Run by", text(document.get("actor"))),
        ("Began (UTC)", _moment(document.get("started_at"))),
        *([("Ended (UTC)", _moment(document["finished_at"]))] if document.get("finished_at") else []),
        ("Duration", _duration(document.get("seconds"))),
        ("Release", text(release)),
        ("Commit", text(commit)),
        ("From → to", _span(document)),
        *([("Reached", text(document["reached"]))] if document.get("reached") else []),
        ("Outcome", f"**{text(document.get('outcome'))}**"),
        *([("Error", text(document["error"]))] if document.get("error") else []),
        ("Plan", text(document.get("plan"))),
    )
    return _table(("Fact", ""), rows)


def _approval(gates: Sequence[Mapping[str, Any]]) -> str:
    for gate in gates:
        if gate.get("name") == "approval":
            if override := gate.get("override"):
                return f"**nobody: overridden by {text(override.get('by'))}**"
            return text(gate.get("said")) if gate.get("ok") else f"**nobody: {text(gate.get('said'))}**"
    return "nobody was asked"


def _gates(gates: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "## Gates"
    yield ""
    if not gates:
        yield "None stood before this run."
        return
    yield from _table(("Gate", "Result", "What was found"), [_gate(one) for one in gates])
    details = [line for one in gates for line in _details(one)]
    if details:
        yield ""
        yield from details


def _gate(gate: Mapping[str, Any]) -> tuple[str, ...]:
    result, found = "passed" if gate.get("ok") else "**FAILED**", text(gate.get("said"))
    if override := gate.get("override"):
        result = "**OVERRIDDEN**"
        found += f"; **overridden by {text(override.get('by'))}: {text(override.get('reason'))}**"
    return text(gate.get("name")), result, found


def _details(gate: Mapping[str, Any]) -> Iterator[str]:
    details = list(gate.get("details") or ())
    for detail in details[:_SHOWN]:
        yield f"- {text(gate.get('name'))}: {text(detail)}"
    if len(details) > _SHOWN:
        yield f"- {text(gate.get('name'))}: and {len(details) - _SHOWN} more, in the JSON file"


def _stops(gate: Mapping[str, Any]) -> bool:
    return not gate.get("ok") and not gate.get("override")


def _revisions(revisions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "## Revisions"
    yield ""
    if not revisions:
        yield "None."
        return
    rows = []
    for one in revisions:
        done = _DONE.get(str(one.get("direction")), "run")
        outcome = {"done": done, "failed": "**failed**"}.get(str(one.get("outcome")), f"**{text(one.get('outcome'))}**")
        attempts = one.get("attempts") or 0
        took = _duration(one.get("seconds")) + (f", {attempts} attempts" if attempts > 1 else "")
        name = f"{text(one.get('revision'))} {text(one.get('message'))}"
        rows.append((name, outcome, took, text(one.get("sha256"))))
    yield from _table(("Revision", "Outcome", "Duration", "SHA-256"), rows)
    for one in revisions:
        changes = list(_changes(one))
        if changes:
            yield ""
            yield f"{text(one.get('revision'))} changed:"
            yield ""
            yield from changes


def _changes(revision: Mapping[str, Any]) -> Iterator[str]:
    for change in revision.get("changes") or ():
        fields = [text(one) for one in change.get("fields") or ()]
        what = f" ({', '.join(fields)})" if fields else ""
        yield f"- {text(change.get('object'))}: {_ACTIONS.get(str(change.get('action')), 'changed')}{what}"


def _integrity(integrity: Mapping[str, Any] | None) -> Iterator[str]:
    yield "## Integrity alerts"
    yield ""
    if integrity is None:
        yield "Not counted."
        return
    before, after = integrity.get("before") or {}, integrity.get("after") or {}
    if not before and not after:
        yield "None before, none after."
        return
    rows = []
    for code in sorted({*before, *after}):
        old, new = before.get(code, 0), after.get(code, 0)
        rows.append((text(code), str(old), f"**{new}**" if new > old else str(new)))
    yield from _table(("Check", "Before", "After"), rows)


def _access(access: Sequence[Mapping[str, Any]] | None) -> Iterator[str]:
    yield "## Who can read and write"
    yield ""
    if access is None:
        yield "Not compared."
        return
    if not access:
        yield "Nobody can do more than before, and nobody less."
        return
    keys = ("subject", "command", "before", "after", "wider", "reason")
    alike: dict[tuple[Any, ...], list[str]] = {}
    for one in access:
        alike.setdefault(tuple(one.get(key) for key in keys), []).append(str(one.get("persona")))
    rows = []
    for (subject, command, before, after, wider, reason), names in sorted(alike.items(), key=_widest_first):
        verdict = "**not known**" if wider is None else "**wider**" if wider else ""
        because = f"{': ' if verdict else ''}{text(reason)}" if reason else ""
        rows.append((*map(text, (subject, ", ".join(names), command, before, after)), f"{verdict}{because}"))
    yield from _table(("Object", "Who", "May", "Before", "After", ""), rows)


def _widest_first(one: tuple[tuple[Any, ...], list[str]]) -> tuple[bool, list[str]]:
    (subject, command, before, after, wider, _), names = one
    return wider is False, list(map(str, (subject, names, command, before, after)))


def _anonymous(anon: Mapping[str, Any] | None) -> Iterator[str]:
    yield "## Without a login"
    yield ""
    if anon is None:
        yield "Not tried."
        return
    said = [
        f"**{what}: {_listed(text(name) for name in anon[key])}**"
        for key, what in (
            ("rows", "rows are seen of"),
            ("writable", "may be written"),
            ("functions", "may be executed"),
        )
        if anon.get(key)
    ]
    tried = f"{_counted(int(anon.get('relations') or 0), 'relation')} tried without a login: "
    yield tried + ("; ".join(said) if said else "no row is seen, nothing can be written, no function executed") + "."


def _audit(audit: Mapping[str, Any] | None) -> Iterator[str]:
    yield "## Audit of the database afterwards"
    yield ""
    if audit is None:
        yield "Not done."
    elif audit.get("passes"):
        yield "Nothing was found."
    else:
        yield from (f"- **{text(line)}**" for line in audit.get("found") or ())


def _notes(document: Mapping[str, Any]) -> Iterator[str]:
    """What a person accepted on the way, and what a person should know."""
    lines = [
        f"- **accepted before the commit of {text(one.get('revision'))}: {text(one.get('said'))}**"
        for one in document.get("accepted") or ()
    ]
    lines += [f"- {text(note)}" for note in document.get("notes") or ()]
    if lines:
        yield "## Notes"
        yield ""
        yield from lines


def _rollback(command: object) -> Iterator[str]:
    yield "## Way back"
    yield ""
    if command:
        yield from _fenced(str(command), "console")
    else:
        yield "None is needed, or there is none."


def _record(document: Mapping[str, Any], number: int | None, digest: str | None) -> Iterator[str]:
    database, catalog = document.get("database") or {}, document.get("catalog") or {}
    yield "## Record"
    yield ""
    ledger = f"entry {number}, {text(digest)}" if number is not None else "none: nothing was written to the database"
    rows = (
        ("Deployment", text(document.get("id"))),
        ("Ledger", ledger),
        ("Database", text(database.get("id"))),
        ("Catalog before", text(catalog.get("before"))),
        ("Catalog after", text(catalog.get("after"))),
    )
    yield from _table(("What", ""), rows)


def _signature() -> Iterator[str]:
    yield "Read and accepted:"
    yield ""
    yield "Name: ______________________ Date: ______________ Signature: ______________________"


def _sql(revisions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    written = [one for one in revisions if one.get("sql")]
    if not written:
        return
    yield "<details>"
    yield "<summary>The SQL</summary>"
    for one in written:
        yield ""
        yield f"{text(one.get('revision'))}, {text(one.get('direction'))}:"
        yield ""
        yield from _fenced(str(one["sql"]), "sql")
    yield ""
    yield "</details>"


def _fenced(content: str, language: str) -> Iterator[str]:
    """A block of code, whose fence is longer than any within."""
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    yield fence + language
    yield _visible(content.replace("\r\n", "\n").strip("\n"))
    yield fence


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _span(document: Mapping[str, Any]) -> str:
    return f"{text(document.get('from'))} → {text(document.get('to'))}"


def _moment(value: object) -> str:
    return text(str(value).replace("T", " ").removesuffix("Z")) if value else "–"


def _duration(seconds: object) -> str:
    if not isinstance(seconds, int | float):
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
