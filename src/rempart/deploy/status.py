"""Where an environment stands, without changing or trying anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rempart.deploy.gates.target import ledger_revisions
from rempart.deploy.lock import holder_of
from rempart.deploy.planning import revision_of
from rempart.deploy.record import ledger
from rempart.deploy.record.ledger import Entry
from rempart.deploy.resuming import invalid_indexes
from rempart.deploy.steps import History, Step
from rempart.deploy.target import Facts, Target, facts_of, refuse_another


@dataclass(frozen=True)
class Status:
    """Where an environment stands.

    Attributes:
        facts: What its database says of itself.
        revision: Where it is, or `base`.
        head: The last revision of the project.
        pending: The revisions between the two.
        edited: Applied revisions that are not what they were.
        last: The last deployment that ended, by the ledger: its kind, its entry.
        unfinished: Deployments that began and have no end.
        held_by: Who deploys now; None for nobody.
        invalid_indexes: Indexes that a failure left INVALID.
    """

    facts: Facts
    revision: str
    head: str
    pending: tuple[Step, ...]
    edited: tuple[str, ...]
    last: Entry | None
    unfinished: tuple[str, ...]
    held_by: str | None
    invalid_indexes: tuple[str, ...]

    @property
    def last_document(self) -> Mapping[str, Any]:
        """The document of the last deployment; empty when there is none."""
        found: Mapping[str, Any] = self.last.content.get("document", {}) if self.last else {}
        return found


def status_of(target: Target) -> Status:
    """Ask where an environment stands.

    Args:
        target: The environment.

    Raises:
        OperationError: Its database cannot be reached.
        UsageError: It is another environment's, or at a revision that the project does not have.
    """
    history = History.of(target.config)
    with target.connection("status") as connection:
        facts = facts_of(connection)
        refuse_another(target, facts)
        entries = ledger.entries(connection) if facts.marker else []
        revision = revision_of(target)
        ended = [entry for entry in entries if entry.kind in ledger.ENDS]
        held_by = holder_of(connection)
        return Status(
            facts=facts,
            revision=revision,
            head=history.known[-1],
            pending=tuple(history.steps(revision, history.known[-1])),
            edited=tuple(history.edited(ledger_revisions(entries).items())),
            last=ended[-1] if ended else None,
            unfinished=tuple(entry.deployment for entry in ledger.unfinished(entries)),
            held_by=held_by,
            invalid_indexes=tuple(invalid_indexes(connection)),
        )
