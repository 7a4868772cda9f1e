"""The gates that look at the target: the right database, its ledger whole, nothing edited, nothing drifted."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from rempart.audit.drift import drift_of
from rempart.audit.project import scope_of
from rempart.audit.session import reading
from rempart.catalog.read import read
from rempart.deploy.gates.situation import Situation
from rempart.deploy.record.ledger import Entry
from rempart.deploy.record.verification import read_record, verify
from rempart.deploy.steps import BASE, UPGRADE
from rempart.revisions.checking import Check
from rempart.sources.source import parse


def target(situation: Situation) -> Check:
    """The server and the owner are the ones that are expected.

    Args:
        situation: The deployment.
    """
    environment, facts = situation.target.environment, situation.plan.facts
    wrong = []
    if environment.postgres is not None and environment.postgres != facts.major:
        wrong.append(f"the server is {facts.server}, expected is Postgres {environment.postgres}")
    if environment.owner is not None and environment.owner != facts.owner:
        wrong.append(f"the database belongs to {facts.owner}, expected is {environment.owner}")
    marked = f"marked {facts.marker.environment}" if facts.marker else "not marked yet"
    return Check("target", not wrong, f"{facts.name} on {facts.server}, {marked}", tuple(wrong))


def ledger_intact(situation: Situation) -> Check:
    """The ledger is whole, and has all that the evidence folder says it had.

    Args:
        situation: The deployment.
    """
    # Evidence of earlier deployments tells that a database without a marker is another one, or has lost its own.
    verified = verify(situation.target.config, situation.target.name, read_record(situation.connection))
    wrong = [f"{one.subject}: {one.reason}" for one in verified.problems]
    summary = f"{len(situation.entries)} entries" if situation.plan.facts.marker else "none yet"
    return Check("ledger", not wrong, summary, tuple(wrong))


def revisions_unedited(situation: Situation) -> Check:
    """No revision that was applied was edited since.

    Args:
        situation: The deployment.
    """
    applied = ledger_revisions(situation.entries)
    wrong = situation.history.edited(applied.items())
    return Check("revisions", not wrong, f"{len(applied)} applied with a known content", tuple(wrong))


def ledger_revisions(entries: Sequence[Entry]) -> dict[str, str]:
    """The revisions that are applied by what the ledger says, with the digest each had.

    Args:
        entries: The ledger.
    """
    found: dict[str, str] = {}
    for entry in entries:
        if entry.kind == "adopted":
            found.update(entry.content.get("revisions", {}))
        if entry.kind == "revision":
            revision = str(entry.content["revision"])
            if entry.content["direction"] == UPGRADE:
                found[revision] = str(entry.content["sha256"])
            else:
                found.pop(revision, None)
    return found


def drift(situation: Situation) -> Check:
    """The target is as the revision it is at left it.

    Args:
        situation: The deployment.
    """
    if situation.plan.start == BASE:
        return Check("drift", True, "before the first revision: nothing to compare")
    source = parse(f"env:{situation.target.name}")
    scope = scope_of(situation.target.config, source, None, situation.step, situation.benches)
    with reading(situation.target.url) as connection:
        catalog = read(connection)
        found = drift_of(connection, catalog, scope.expected, scope.settings.platform_schemas)
    if not found.checked:
        return Check("drift", False, "not checked", (found.reason,))
    details = tuple(
        f"{one.change}: {one.object}" + (f" ({', '.join(one.details)})" if one.details else "")
        for one in found.differences
    )
    unread = f", {len(catalog.not_compared)} objects not compared" if catalog.not_compared else ""
    return Check("drift", not details, f"compared with revision {found.revision}{unread}", details)


def maintenance(situation: Situation) -> Check:
    """The flags that the revisions require are up.

    Args:
        situation: The deployment.
    """
    wanted = sorted({flag for step in situation.plan.steps for flag in step.maintenance})
    known = situation.target.config.deployment.maintenance
    wrong = []
    for flag in wanted:
        users = ", ".join(step.revision for step in situation.plan.steps if flag in step.maintenance)
        if flag not in known:
            wrong.append(f"{flag}, required by {users}: [tool.rempart.deployment.maintenance] has no query for it")
        elif (trouble := _flag_trouble(situation, flag)) is not None:
            wrong.append(f"{flag}, required by {users}: {trouble}")
    return Check("maintenance", not wrong, ", ".join(wanted) or "no revision requires any", tuple(wrong))


def _flag_trouble(situation: Situation, flag: str) -> str | None:
    """Why a flag does not count as up; None when it is."""
    file = situation.target.config.deployment.maintenance[flag]
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return f"{file.name} cannot be read: {getattr(error, 'strerror', error)}"
    with reading(situation.target.url) as connection:
        try:
            row = connection.execute(sql.SQL(text)).fetchone()
        except psycopg.Error as error:
            return f"{file.name} failed: {error.diag.message_primary or error}"
    if row is None or not isinstance(row[0], bool):
        return f"{file.name} has to return one row with a boolean"
    return None if row[0] else "it is not up"
