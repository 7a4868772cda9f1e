"""Deployments that began and were killed: the ledger and the evidence say so before the next one begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rempart.deploy.planning import way_back
from rempart.deploy.record import evidence, ledger
from rempart.deploy.record.canonical import utc
from rempart.deploy.record.ledger import Entry
from rempart.deploy.steps import reached
from rempart.deploy.target import Connection, Facts, Target, facts_of, refuse_another

_ADOPTION: Mapping[str, Any] = {
    "operation": "adopt",
    "from": "unmanaged",
    "plan": None,
    "actor": None,
    "release": None,
    "commit": None,
    "overrides": {},
}


def note_interrupted(target: Target, connection: Connection) -> list[str]:
    """Close the deployments that have no end, and write the evidence that a killed command left unwritten.

    Args:
        target: The environment; its lock is held, so that none of them goes on.
        connection: A session on its database.

    Returns:
        What was found, for people.
    """
    facts = facts_of(connection)
    refuse_another(target, facts)
    if facts.marker is None or not ledger.exists(connection):
        return []
    entries = ledger.entries(connection)
    notes = []
    for entry in ledger.unfinished(entries):
        ran = [one for one in entries if one.kind == "revision" and one.deployment == entry.deployment]
        document = _document(target, facts, entry, ran)
        ledger.append(connection, "interrupted", entry.deployment, evidence.recorded(document))
        done = [f"{one.content['direction']} of {one.content['revision']}" for one in ran]
        done += [f"the adoption at {document['to']}"] if entry.kind == "adopted" else []
        what = f"committed before: {', '.join(done)}" if done else "nothing was committed"
        notes.append(f"the deployment {entry.deployment} was interrupted; {what}")
    for path in evidence.repair(target.config, target.name, ledger.entries(connection)):
        notes.append(f"written from the ledger: {path.name}")
    return notes


def _document(target: Target, facts: Facts, started: Entry, ran: Sequence[Entry]) -> dict[str, Any]:
    """The document of a deployment that could not write its own: what the ledger knows of it."""
    adopted = started.kind == "adopted"
    said = {**_ADOPTION, "to": started.content["baseline"]} if adopted else started.content
    last = ran[-1] if ran else started
    begun = said["to" if adopted else "from"]
    catalogs = [one.content["catalog"] for one in ([started] if adopted else ran)]
    overridden = [
        f"the gate {name} was overridden by {one['by']}: {one['reason']}" for name, one in said["overrides"].items()
    ]
    return {
        "version": 1,
        "id": started.deployment,
        "operation": said["operation"],
        "environment": target.name,
        "database": {
            "id": facts.marker.database if facts.marker else None,
            "name": facts.name,
            "server": facts.server,
        },
        "actor": said["actor"],
        "requested_by": None,
        "release": said["release"],
        "commit": said["commit"],
        "started_at": utc(started.at),
        "finished_at": utc(last.at),
        "seconds": round(max((last.at - started.at).total_seconds(), 0.0), 3),
        "outcome": "interrupted",
        "error": "the command was killed, or lost its database, before it could write its end",
        "from": said["from"],
        "to": said["to"],
        "reached": reached(last.content["revision"], last.content["direction"]) if ran else begun,
        "plan": said["plan"],
        "revisions": [_revision(one.content) for one in ran],
        "gates": [],
        "accepted": [],
        "catalog": {"before": catalogs[0]["before"], "after": catalogs[-1]["after"]} if catalogs else None,
        "integrity": None,
        "access": None,
        "anon": None,
        "audit": None,
        "rollback": way_back(said["operation"], target.name, said["from"]) if ran and not adopted else None,
        "stamped": dict(started.content.get("revisions", {})) if adopted else {},
        "notes": [
            "Written by the next deployment, from the ledger: what the gates said is lost; none of them was closed.",
            *overridden,
        ],
    }


def _revision(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "revision": content["revision"],
        "message": "",
        "direction": content["direction"],
        "sha256": content["sha256"],
        "sql": "",
        "outcome": "done",
        "seconds": content["seconds"],
        "attempts": None,
        "catalog": {"before": content["catalog"]["before"], "after": content["catalog"]["after"]},
        "integrity": content["integrity"],
        "changes": [],
    }
