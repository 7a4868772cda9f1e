"""Approval by a person who did not ask for it: signed for one plan, one database and one state of it, for a time."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rempart.config import Config
from rempart.deploy.approvals import signing
from rempart.deploy.approvals.persons import same_person
from rempart.deploy.planfile import SHORT
from rempart.deploy.record.canonical import canonical, utc
from rempart.environment import Environment
from rempart.errors import GateFailure, OperationError, RempartError, UsageError
from rempart.revisions.checking import Check

_GATE = "approval"
_SKEW = timedelta(minutes=5)  # that the clocks of a signer and of the server may differ
_SHOWN = 5  # approvals of other plans that are told about
_PRINCIPAL = re.compile(r"[^\s,*?!\"'\x00-\x1f/\\-][^\s,*?!\"'\x00-\x1f/\\]*")
_CI_REQUESTERS = ("GITHUB_ACTOR", "GITHUB_TRIGGERING_ACTOR", "GITLAB_USER_LOGIN")
_BOUND = {
    "environment": "the environment is another",
    "database": "the database is another",
    "state": "the state of the database has moved",
    "plan": "the plan is another",
}


@dataclass(frozen=True)
class Approval:
    """An approval that was written.

    Attributes:
        file: Where.
        approver: Who approved.
        plan: The plan.
        expires_at: Until when it holds.
    """

    file: Path
    approver: str
    plan: Mapping[str, Any]
    expires_at: datetime


@dataclass(frozen=True)
class CiApproval:
    """That a person approved the run of a CI job.

    Attributes:
        approved_by: Who did.
        url: Where that is to be seen.
        requested_by: Who started the job.
    """

    approved_by: tuple[str, ...]
    url: str
    requested_by: tuple[str, ...]


def ci_approval(variables: Mapping[str, str]) -> CiApproval | None:
    """What CI says of an approval; None when it says nothing.

    Args:
        variables: The variables of the process.
    """
    approved = variables.get("REMPART_CI_APPROVED_BY", "")
    who = tuple(name.strip() for name in approved.split(",") if name.strip())
    if not who:
        return None
    asked = [variables.get(name, "").strip() for name in _CI_REQUESTERS]
    return CiApproval(who, variables.get("REMPART_CI_APPROVAL_URL", "").strip(), tuple(filter(None, asked)))


def approve(
    config: Config, plan: Mapping[str, Any], reason: str, key: Path | None = None, principal: str | None = None
) -> Approval:
    """Sign a plan.

    Args:
        config: The project.
        plan: The plan.
        reason: Why it may go ahead.
        key: The key to sign with, or its public part when the agent holds it; by default that of REMPART_SSH_KEY, then
            that of git's user.signingkey.
        principal: Who signs, as the file of those who may approve has it; found by the key by default.

    Raises:
        UsageError: There is no key, no name, no reason, no file of those who may approve, or the plan's environment is
            unknown or takes no signatures.
        GateFailure: The signature would not be accepted.
        OperationError: It could not be made or written.
    """
    environment = config.environments.get(plan["environment"])
    if environment is None:
        raise UsageError(f"the plan is for {plan['environment']}, which is no environment.", "see pyproject.toml")
    if "ssh" not in environment.approval:
        raise UsageError(
            f"{environment.name} takes no signatures: approval = {list(environment.approval)}.", 'add "ssh" to it'
        )
    if not reason.strip():
        raise UsageError("an approval needs a reason.", "give one by --reason TEXT")
    allowed = config.deployment.allowed_signers
    with signing.key_file(str(key) if key is not None else _usual_key(config)) as file:
        name = _principal(principal, signing.public_key(file), allowed)
        now = datetime.now(UTC).replace(microsecond=0)
        payload = {
            "version": 1,
            **{key: plan[key] for key in ("plan", "environment", "database", "state")},
            "approver": name,
            "reason": reason.strip(),
            "signed_at": utc(now),
            "expires_at": utc(now + config.deployment.approval_lifetime),
        }
        text = canonical(payload)
        signature = signing.sign(text, file)
    try:
        judged = _judge(config, {"payload": text, "signature": signature}, plan, now, [plan.get("requested_by") or ""])
    except signing.Unverified as error:
        raise GateFailure(
            f"the approval would not be accepted: {error}",
            f"see who may approve: {allowed}",
        ) from None
    folder = config.deployment.evidence / environment.name / "approvals"
    target = folder / f"{plan['plan'][:SHORT]}-{re.sub(r'[^A-Za-z0-9@._+-]', '_', name)}.json"
    _write(target, {"version": 1, "payload": text, "signature": signature})
    return Approval(target, name, plan, judged.expires_at)


def gate(
    config: Config,
    environment: Environment,
    plan: Mapping[str, Any],
    now: datetime,
    requesters: Collection[str],
    ci: CiApproval | None = None,
) -> Check:
    """Whether a person who did not ask for it approved a plan.

    Args:
        config: The project.
        environment: The environment.
        plan: The plan at hand, with its id, database and state as they are now.
        now: The server's clock.
        requesters: Those who asked for it, and those who run it.
        ci: What CI says; see `ci_approval`.

    Returns:
        The check. It fails, and says why, whatever keeps it from being decided.
    """
    started = time.monotonic()
    refused: list[str] = []
    said = ""
    for accepted, line in _opinions(config, environment, plan, now, requesters, ci):
        if accepted:
            said = line
            break
        refused.append(line)
    if not said:
        refused += ["nobody approved it"] * (not refused)
        refused.append(_how(environment, plan))
    seconds = time.monotonic() - started
    return Check(_GATE, bool(said), said or "not approved", () if said else tuple(refused), seconds)


def _opinions(
    config: Config,
    environment: Environment,
    plan: Mapping[str, Any],
    now: datetime,
    requesters: Collection[str],
    ci: CiApproval | None,
) -> Iterator[tuple[bool, str]]:
    """What each approval that there is comes to: whether it is accepted, and what to say of it."""
    if ci is not None:
        yield _by_ci(environment, ci, requesters)
    if "ssh" not in environment.approval:
        return
    try:
        signing.signers(config.deployment.allowed_signers)
    except UsageError as error:
        yield False, error.message
        return
    others: list[str] = []
    folder = config.deployment.evidence / environment.name / "approvals"
    # The newest first: the file names begin with the plan, so their own times tell.
    for file in sorted(folder.glob("*.json"), key=_age):
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
            judged = _judge(config, record, plan, now, requesters)
        except (_OfAnother, signing.Unverified) as error:
            line = f"{file.name}: {error}"
            if isinstance(error, _OfAnother):
                others.append(line)
            else:
                yield False, line
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            yield False, f"{file.name}: it cannot be read: {type(error).__name__}"
        except RempartError as error:
            yield False, f"{file.name}: {error.message}"
        else:
            yield True, f"{judged.approver} until {utc(judged.expires_at)}: {judged.reason}"
    for line in others[:_SHOWN]:
        yield False, line
    if len(others) > _SHOWN:
        yield False, f"and {len(others) - _SHOWN} approvals of earlier plans"


def _by_ci(environment: Environment, ci: CiApproval, requesters: Collection[str]) -> tuple[bool, str]:
    who = ", ".join(ci.approved_by)
    if "ci" not in environment.approval:
        return False, f"CI says that {who} approved, and {environment.name} does not take CI's word (approval)"
    if not ci.requested_by:
        return False, f"CI says that {who} approved, but not who started the job"
    if not re.match(r"https?://\S+$", ci.url):
        return False, f"CI says that {who} approved, but not where that is to be seen (REMPART_CI_APPROVAL_URL)"
    asked = [*requesters, *ci.requested_by]
    for name in ci.approved_by:
        if not any(same_person(name, one) for one in asked):
            return True, f"{name}, in CI: {ci.url}"
    return False, f"CI says that {who} approved, who asked for it"


@dataclass(frozen=True)
class _Judged:
    approver: str
    reason: str
    expires_at: datetime


class _OfAnother(Exception):
    """An approval of something else; the message says of what."""


def _judge(
    config: Config, record: Mapping[str, Any], plan: Mapping[str, Any], now: datetime, requesters: Collection[str]
) -> _Judged:
    """Judge one approval.

    Raises:
        _OfAnother: It is not for the plan at hand.
        signing.Unverified: It is void; the message says why.
        RempartError: It cannot be told.
        ValueError, TypeError, KeyError, AttributeError: It is no approval.
    """
    if not plan.get("plan"):
        raise signing.Unverified("the plan at hand has no id")
    text, signature = str(record["payload"]), str(record["signature"])
    payload = json.loads(text)
    moved = [words for name, words in _BOUND.items() if payload.get(name) != plan.get(name)]
    if moved:
        raise _OfAnother(f"void for this plan: {', '.join(moved)}")
    if payload["version"] != 1:
        raise signing.Unverified("it is of a version that this rempart does not know")
    approver = str(payload["approver"])
    allowed = config.deployment.allowed_signers
    known = signing.signers(allowed)
    key = signing.verify(text, signature, approver, allowed, now)
    signed, until = _moment(payload["signed_at"]), _moment(payload["expires_at"])
    until = min(until, signed + config.deployment.approval_lifetime)
    if signed > now + _SKEW:
        raise signing.Unverified(f"{approver} signed it in the future: {utc(signed)}, it is {utc(now)}")
    if now >= until:
        raise signing.Unverified(f"expired at {utc(until)}, it is {utc(now)}")
    for one in requesters:
        if same_person(approver, one):
            raise signing.Unverified(f"{approver} asked for it, and cannot approve it")
        if _same_key(key, approver, one, known):
            raise signing.Unverified(f"{approver} has the key of {one}, who asked for it")
    return _Judged(approver, str(payload["reason"]), until)


def _same_key(key: str, approver: str, requester: str, known: Collection[signing.Signer]) -> bool:
    """Whether the key of an approval also stands for the one who asked, under any name that it has."""
    for one in known:
        if signing.fingerprint(one.key) != key:
            continue
        names = [name for name in one.principals if not re.search(r"[*?!]", name) and name != approver]
        if any(same_person(name, requester) for name in names):
            return True
        if one.stands_for(_emails(requester)):
            return True
    return False


def _emails(person: str) -> set[str]:
    return {found.lower() for found in re.findall(r"[^\s<>()]+@[^\s<>()]+", person)}


def _principal(given: str | None, public_key: str, allowed: Path) -> str:
    known = signing.signers(allowed)
    if given is None:
        mine = signing.fingerprint(public_key)
        lines = [one for one in known if not one.authority and mine and signing.fingerprint(one.key) == mine]
        names = sorted({name for one in lines for name in one.principals})
        plain = [name for name in names if _PRINCIPAL.fullmatch(name)]
        if len(names) != 1 or not plain:
            what = "is not in" if not names else f"stands for {', '.join(names)} in"
            raise UsageError(f"the key {what} {allowed}.", "say who approves by --as NAME, or have the key added")
        return plain[0]
    if not _PRINCIPAL.fullmatch(given):
        raise UsageError(f"{given!r} is no name of a person.", "write it as in the file of those who may approve")
    return given


def _usual_key(config: Config) -> str:
    said = os.environ.get("REMPART_SSH_KEY", "").strip() or signing.git_key(config.root)
    if said:
        return said
    raise UsageError(
        "there is no key to sign with.", "name it by --key FILE, by REMPART_SSH_KEY, or by git config user.signingkey"
    )


def _how(environment: Environment, plan: Mapping[str, Any]) -> str:
    ways = {
        "ssh": f"another person signs it: rempart approve {str(plan.get('plan'))[:SHORT]} --reason TEXT",
        "ci": "CI passes the approval of its environment in: REMPART_CI_APPROVED_BY and REMPART_CI_APPROVAL_URL",
    }
    return "; or ".join(ways[way] for way in environment.approval)


def _age(file: Path) -> tuple[float, str]:
    try:
        return -file.stat().st_mtime, file.name
    except OSError:
        return 0.0, file.name


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise signing.Unverified(f"it names a time without a zone: {text}")
    return found


def _write(target: Path, record: Mapping[str, Any]) -> None:
    beside = target.with_name(target.name + ".new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(target)
    except OSError as error:
        raise OperationError(f"{target} cannot be written: {error.strerror}.", "make its folder writable") from None
