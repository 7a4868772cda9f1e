"""The gate of the house: what goes on was applied to the environment before it, with the same content, and audited."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from rempart.config import Config
from rempart.deploy.gates.situation import Situation
from rempart.deploy.gates.target import ledger_revisions
from rempart.deploy.record import evidence, ledger
from rempart.deploy.record.ledger import Entry
from rempart.deploy.record.verification import verify
from rempart.deploy.steps import UPGRADE
from rempart.deploy.target import beside, facts_of, refuse_another
from rempart.errors import RempartError
from rempart.revisions.checking import Check

_GATE = "staging"


def staging(situation: Situation) -> Check:
    """The required environment has every revision of the plan, with the same content, and its audit found nothing.

    Its ledger is asked where it can be reached; else the evidence folder.

    Args:
        situation: The deployment.
    """
    config, required = situation.target.config, situation.target.environment.requires
    if required is None:
        return Check(
            _GATE,
            False,
            "no environment is required",
            (f"[tool.rempart.environments.{situation.target.name}] is protected and has no requires",),
        )
    if os.environ.get(config.environments[required].url_env):
        return _by_ledger(situation, config, required)
    verified = verify(config, required, None)
    wrong = [f"{one.subject}: {one.reason}" for one in verified.problems]
    documents = [one for one in evidence.documents(config, required) if one["outcome"] != "refused"]
    applied: dict[str, str] = {}
    for document in documents:
        applied.update(document.get("stamped", {}))
        for one in document["revisions"]:
            if one["outcome"] == "done" and one["direction"] == UPGRADE:
                applied[one["revision"]] = one["sha256"]
            elif one["outcome"] == "done":
                applied.pop(one["revision"], None)
    last = documents[-1] if documents else None
    wrong += _missing(situation, applied, required) + _audited(last, required)
    return Check(_GATE, not wrong, f"by the evidence folder of {required}", tuple(wrong))


def _by_ledger(situation: Situation, config: Config, required: str) -> Check:
    target = beside(config, required)
    try:
        with target.connection("staging gate") as connection:
            facts = facts_of(connection)
            refuse_another(target, facts)
            entries = ledger.entries(connection) if facts.marker else []
    except RempartError as error:
        return Check(_GATE, False, f"{required} could not be asked", (error.message,))
    marker, here = facts.marker, situation.plan.facts.marker
    if marker is None:
        return Check(_GATE, False, f"{required} has no ledger", ("nothing was deployed there with this tool",))
    wrong = ledger.problems(entries)
    if here is not None and here.database == marker.database:
        wrong.append(f"{required} is the same database as {situation.target.name}")
    last = _last_document(entries)
    wrong += _missing(situation, ledger_revisions(entries), required) + _audited(last, required)
    last_id = f", last deployment {last['id']}" if last else ""
    return Check(_GATE, not wrong, f"by the ledger of {required}{last_id}", tuple(wrong))


def _last_document(entries: Sequence[Entry]) -> Mapping[str, Any] | None:
    """The last deployment that changed, or tried to change, something."""
    for entry in reversed(entries):
        if entry.kind in ("finished", "failed", "adopted") and "document" in entry.content:
            found: Mapping[str, Any] = entry.content["document"]
            return found
        if entry.kind in ("started", "interrupted"):
            return None
    return None


def _missing(situation: Situation, applied: Mapping[str, str], required: str) -> list[str]:
    wrong = []
    for step in situation.plan.steps:
        if step.revision not in applied:
            wrong.append(f"revision {step.revision} was not applied to {required}")
        elif applied[step.revision] != step.sha256:
            wrong.append(
                f"revision {step.revision} was applied to {required} with another content"
                f" ({applied[step.revision][:12]} there, {step.sha256[:12]} here)"
            )
    return wrong


def _audited(document: Mapping[str, Any] | None, required: str) -> list[str]:
    """What is wrong with the last deployment there."""
    if document is None:
        return [f"the last deployment to {required} did not end"]
    if document["outcome"] != "succeeded":
        return [f"the last deployment to {required} {document['outcome']}: {document['error']}"]
    audit = document.get("audit")
    if audit is None:
        return [f"the last deployment to {required} was not audited"]
    return [f"the audit of {required} found: {line}" for line in audit["found"]]
