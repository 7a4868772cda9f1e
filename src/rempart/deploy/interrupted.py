"""Deployments that began and were killed: the ledger says so before the next one begins."""

from __future__ import annotations

from rempart.deploy import evidence, ledger
from rempart.deploy.target import Connection, Target, facts_of, refuse_another

_ENDS = ("finished", "failed", "refused", "interrupted", "adopted")


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
    ended = {entry.deployment for entry in entries if entry.kind in _ENDS}
    notes = []
    for entry in entries:
        if entry.kind == "started" and entry.deployment not in ended:
            done = [
                f"{one.content['direction']} of {one.content['revision']}"
                for one in entries
                if one.kind == "revision" and one.deployment == entry.deployment
            ]
            content = {**entry.content, "done": done}
            ledger.append(connection, "interrupted", entry.deployment, content)
            what = f"committed before: {', '.join(done)}" if done else "nothing was committed"
            notes.append(f"the deployment {entry.deployment} was interrupted; {what}")
    for path in evidence.repair(target.config, target.name, ledger.entries(connection)):
        notes.append(f"written from the ledger: {path.name}")
    return notes
