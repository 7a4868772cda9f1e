"""Approval: whose signature on what is accepted, and everything that makes it void. The keys are real."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from signing_keys import Signing, make_key, plan, public

from rempart.deploy.approvals.approval import Approval, CiApproval, approve, ci_approval, gate
from rempart.deploy.approvals.persons import same_person
from rempart.deploy.planfile import find_plan, requesters_of
from rempart.deploy.record.canonical import canonical
from rempart.errors import GateFailure, OperationError, UsageError
from rempart.revisions.checking import Check

REQUESTER = "Alice <alice@example.com> (root@laptop)"
PLAN = plan()


@pytest.fixture
def signing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Signing:
    monkeypatch.delenv("REMPART_SSH_KEY", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    return Signing(tmp_path / "project")


def approved(signing: Signing, by: str = "bob", **changed: Any) -> Approval:
    return approve(signing.config, plan(**changed), "checked on staging", signing.keys[by])


def judged(
    signing: Signing,
    at_hand: dict[str, Any] | None = None,
    *,
    later: timedelta = timedelta(0),
    requesters: tuple[str, ...] = (REQUESTER,),
    ci: CiApproval | None = None,
) -> Check:
    config = signing.config
    now = datetime.now(UTC) + later
    return gate(config, config.environments["production"], at_hand or PLAN, now, requesters, ci)


def told(check: Check) -> str:
    assert (check.name, check.ok) == ("approval", False)
    return "\n".join(check.details)


def edit(made: Approval, change: Callable[[dict[str, Any]], None], *, outside: bool = False) -> None:
    """Change the signed payload, or what stands around it."""
    record = json.loads(made.file.read_text())
    inside = json.loads(record["payload"])
    change(record if outside else inside)
    if not outside:
        record["payload"] = canonical(inside)
    made.file.write_text(json.dumps(record))


def signed_by_hand(signing: Signing, key: Path, namespace: str = "rempart-approval", **changed: Any) -> None:
    """An approval that no rempart made."""
    now = datetime.now(UTC)
    payload = {
        "version": 1, "approver": "bob@example.com", "reason": "by hand", "signed_at": now.isoformat(),
        "expires_at": (now + timedelta(hours=1)).isoformat(),
        **{name: PLAN[name] for name in ("plan", "environment", "database", "state")},
    } | changed  # fmt: skip
    text = canonical(payload)
    ran = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-q", "-f", str(key), "-n", namespace],
        input=text, capture_output=True, text=True, check=True,
    )  # fmt: skip
    folder = signing.root / "evidence/production/approvals"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "by-hand.json").write_text(json.dumps({"payload": text, "signature": ran.stdout}))


def test_another_person_approves(signing: Signing) -> None:
    made = approved(signing)
    assert made.file == signing.root / f"evidence/production/approvals/{PLAN['plan'][:12]}-bob@example.com.json"
    check = judged(signing)
    assert check.ok and check.details == ()
    assert check.said.startswith("bob@example.com until ") and check.said.endswith(": checked on staging")


def test_the_signature_can_be_verified_without_rempart(signing: Signing, tmp_path: Path) -> None:
    record = json.loads(approved(signing).file.read_text())
    (tmp_path / "s").write_text(record["signature"])
    command = ["ssh-keygen", "-Y", "verify", "-f", str(signing.allowed), "-I", "bob@example.com", "-s"]
    command += [str(tmp_path / "s"), "-n", "rempart-approval"]
    assert subprocess.run(command, input=record["payload"], text=True, capture_output=True).returncode == 0


def test_without_an_approval_the_gate_says_how_to_get_one(signing: Signing) -> None:
    assert told(judged(signing)) == (
        f"nobody approved it\nanother person signs it: rempart approve {PLAN['plan'][:12]} --reason TEXT"
    )


def test_an_unsigned_approval_is_void(signing: Signing) -> None:
    edit(approved(signing), lambda record: record.update(signature=""), outside=True)
    assert "verif" in told(judged(signing))


def test_an_approval_without_its_parts_is_void(signing: Signing) -> None:
    edit(approved(signing), lambda record: record.pop("signature"), outside=True)
    assert "cannot be read" in told(judged(signing))
    for damaged in (b"\xff[", b"[]", b'{"payload": "[]", "signature": ""}', b'{"payload": "1", "signature": 1}'):
        for file in (signing.root / "evidence").rglob("*@*.json"):
            file.write_bytes(damaged)
        assert "cannot be read" in told(judged(signing))


@pytest.mark.parametrize("name", ["reason", "expires_at", "approver", "signed_at"])
def test_an_edited_payload_is_void(signing: Signing, name: str) -> None:
    values = {"approver": "alice@example.com"}
    made = approved(signing)
    moment = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    edit(made, lambda payload: payload.update({name: values.get(name, moment)}))
    assert "verif" in told(judged(signing, requesters=("carol",)))


def test_a_signature_for_another_purpose_is_void(signing: Signing) -> None:
    signing.allow("bob@example.com", "bob", options="")
    signed_by_hand(signing, signing.keys["bob"], namespace="git")
    assert "namespace" in told(judged(signing))
    signed_by_hand(signing, signing.keys["bob"])
    assert judged(signing).ok


def test_an_unknown_signer_is_void(signing: Signing) -> None:
    signed_by_hand(signing, signing.keys["mallory"])
    assert "verif" in told(judged(signing))
    signed_by_hand(signing, signing.keys["mallory"], approver="mallory@example.com")
    assert "verif" in told(judged(signing))


def test_a_signer_whose_time_is_over_by_the_servers_clock_is_void(signing: Signing) -> None:
    tomorrow = datetime.now().astimezone() + timedelta(hours=12)
    options = f'namespaces="rempart-approval",valid-before="{tomorrow:%Y%m%d%H%M%S}"'
    signing.allowed.write_text("")
    signing.allow("bob@example.com", "bob", options)
    approved(signing)
    assert judged(signing).ok
    assert "expired" in told(judged(signing, later=timedelta(hours=13)))


@pytest.mark.parametrize(
    "requester",
    ["bob@example.com", "BOB@Example.com", "Bob B. <bob@example.com>", "bob", "Bob <b@elsewhere.example> (x@y)"],
)
def test_who_asked_cannot_approve(signing: Signing, requester: str) -> None:
    approved(signing)
    assert "bob@example.com asked for it" in told(judged(signing, requesters=("carol", requester)))
    assert judged(signing, requesters=("carol",)).ok


@pytest.mark.parametrize("principal", ["alice@example.com", "*@elsewhere.example,alice@example.com", "*@example.com"])
def test_who_asked_cannot_approve_under_another_name(signing: Signing, principal: str) -> None:
    signing.allowed.write_text("")
    signing.allow(principal, "alice")
    signing.allow("second@example.org", "alice")
    signed_by_hand(signing, signing.keys["alice"], approver="second@example.org")
    assert f"second@example.org has the key of {REQUESTER}" in told(judged(signing))
    assert judged(signing, requesters=("carol@example.net",)).ok


def test_it_expires_by_the_servers_clock(signing: Signing) -> None:
    approved(signing)
    assert judged(signing, later=timedelta(hours=23)).ok
    assert "expired at" in told(judged(signing, later=timedelta(hours=24)))


def test_a_signer_cannot_give_it_a_longer_life(signing: Signing) -> None:
    far = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    signed_by_hand(signing, signing.keys["bob"], expires_at=far)
    assert judged(signing).ok
    assert "expired at" in told(judged(signing, later=timedelta(hours=25)))


def test_a_signature_from_the_future_is_refused(signing: Signing) -> None:
    approved(signing)
    assert judged(signing, later=-timedelta(minutes=4)).ok
    assert "in the future" in told(judged(signing, later=-timedelta(minutes=6)))


def test_a_time_without_a_zone_is_refused(signing: Signing) -> None:
    signed_by_hand(signing, signing.keys["bob"], signed_at="2026-11-22T10:00:00")
    assert "without a zone" in told(judged(signing))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"revisions": []}, "void for this plan: the plan is another"),
        ({"state": "c" * 64}, "void for this plan: the state of the database has moved, the plan is another"),
        ({"database": "0" * 36}, "void for this plan: the database is another, the plan is another"),
    ],
)
def test_what_moved_is_said(signing: Signing, changed: dict[str, Any], says: str) -> None:
    approved(signing)
    assert says in told(judged(signing, plan(**changed)))


def test_approvals_of_earlier_plans_are_counted_not_listed(signing: Signing) -> None:
    for number in range(8):
        approved(signing, to=str(number))
    found = told(judged(signing))
    assert found.count("the plan is another") == 5
    assert "and 3 approvals of earlier plans" in found


def test_an_approval_made_for_another_database_is_void_even_with_its_id_forged(signing: Signing) -> None:
    signed_by_hand(signing, signing.keys["bob"], database="0" * 36)
    assert "the database is another" in told(judged(signing))


def test_a_plan_without_an_id_is_approved_by_nothing(signing: Signing) -> None:
    signed_by_hand(signing, signing.keys["bob"], plan=None)
    nameless = {name: value for name, value in PLAN.items() if name != "plan"}
    assert "has no id" in told(judged(signing, nameless))


def test_without_the_file_of_signers_nothing_passes(signing: Signing) -> None:
    approved(signing)
    signing.allowed.unlink()
    assert "cannot be read: No such file" in told(judged(signing))
    signing.allowed.mkdir()
    assert "cannot be read: Is a directory" in told(judged(signing))


def test_without_ssh_keygen_nothing_passes(signing: Signing, monkeypatch: pytest.MonkeyPatch) -> None:
    approved(signing)
    monkeypatch.setenv("PATH", "/nonexistent")
    assert "ssh-keygen is not installed" in told(judged(signing))
    with pytest.raises(OperationError, match="ssh-keygen is not installed"):
        approved(signing)


def test_certificates_are_ssh_keygens_business(signing: Signing, tmp_path: Path) -> None:
    authority = make_key(tmp_path, "authority")
    bob = signing.keys["bob"]
    command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "bob", "-n", "bob@corp.example", "-V", "-1h:+10h"]
    subprocess.run([*command, f"{bob}.pub"], check=True)
    signing.allowed.write_text(f"*@corp.example cert-authority {public(authority)}\n")
    certificate = Path(f"{bob}-cert.pub")
    bob.with_name("bob.pub").write_text(certificate.read_text())
    made = approve(signing.config, PLAN, "signed by the company", bob, "bob@corp.example")
    assert json.loads(made.file.read_text())["signature"]
    assert judged(signing).ok
    assert told(judged(signing, later=timedelta(hours=11)))
    signing.allowed.write_text(
        f"*@corp.example cert-authority {public(authority)}\nalice@example.com {public(authority)}\n"
    )
    with pytest.raises(GateFailure):
        approve(signing.config, PLAN, "as somebody else", bob, "carol@corp.example")


# --- the command's part -------------------------------------------------------------------------------------------


def test_who_asked_is_told_at_once(signing: Signing) -> None:
    with pytest.raises(GateFailure, match=r"alice@example\.com asked for it"):
        approved(signing, by="alice")
    assert not list((signing.root / "evidence").rglob("*.json"))


def test_a_key_that_nobody_knows_is_told_at_once(signing: Signing) -> None:
    with pytest.raises(UsageError, match="the key is not in"):
        approved(signing, by="mallory")
    with pytest.raises(GateFailure, match="would not be accepted"):
        approve(signing.config, PLAN, "ten letters", signing.keys["mallory"], "bob@example.com")


def test_a_key_of_several_names_asks_which(signing: Signing) -> None:
    signing.allow("robert@example.com", "bob")
    with pytest.raises(UsageError, match=r"stands for bob@example.com, robert@example.com"):
        approved(signing)
    made = approve(signing.config, PLAN, "as Robert", signing.keys["bob"], "robert@example.com")
    assert made.approver == "robert@example.com"


@pytest.mark.parametrize("name", ["*", "-x", "a b", "a,b", "../up", "", "a\nb"])
def test_a_name_that_is_none_is_refused(signing: Signing, name: str) -> None:
    with pytest.raises(UsageError, match="no name of a person"):
        approve(signing.config, PLAN, "reason", signing.keys["bob"], name)


def test_the_key_comes_from_the_variable_or_from_git(signing: Signing, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no key to sign with"):
        approve(signing.config, PLAN, "no key")
    monkeypatch.setenv("REMPART_SSH_KEY", str(signing.keys["bob"]))
    assert approve(signing.config, PLAN, "by variable").approver == "bob@example.com"
    monkeypatch.delenv("REMPART_SSH_KEY")
    git = ["git", "config", "--file", str(signing.root.parent / "gitconfig")]
    subprocess.run([*git, "user.signingkey", str(signing.keys["bob"])], check=True)
    with pytest.raises(UsageError, match="no key to sign with"):  # that of another program, as far as git says
        approve(signing.config, PLAN, "by git")
    subprocess.run([*git, "gpg.format", "ssh"], check=True)
    assert approve(signing.config, PLAN, "by git").approver == "bob@example.com"


def test_a_key_that_only_the_agent_holds(signing: Signing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    socket = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        for _ in range(100):
            if subprocess.run(["ssh-add", "-q", str(signing.keys["bob"])], capture_output=True).returncode == 0:
                break
        known = public(signing.keys["bob"])
        alone = tmp_path / "only.pub"
        alone.write_text(known + "\n")
        signing.keys["bob"].unlink()
        assert approve(signing.config, PLAN, "by agent", alone).approver == "bob@example.com"
        monkeypatch.setenv("REMPART_SSH_KEY", f"key::{known}")
        assert approve(signing.config, PLAN, "by agent").approver == "bob@example.com"
    finally:
        agent.terminate()
        agent.wait()
    monkeypatch.delenv("REMPART_SSH_KEY")
    with pytest.raises(OperationError, match="could not sign"):
        approve(signing.config, PLAN, "without agent", alone)


def test_a_key_that_is_missing_or_none(signing: Signing) -> None:
    with pytest.raises(UsageError, match="there is no key"):
        approve(signing.config, PLAN, "x", signing.root / "gone")
    (signing.root / "words").write_text("words")
    with pytest.raises(OperationError, match="is no key"):
        approve(signing.config, PLAN, "x", signing.root / "words")


def test_a_reason_is_needed(signing: Signing) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        approve(signing.config, PLAN, "  ", signing.keys["bob"])


def test_plans_are_found_by_file_and_by_id(signing: Signing) -> None:
    file = signing.write_plan(PLAN)
    assert find_plan(signing.config, str(file)) == PLAN
    for digits in (6, 12, 40, 64):
        assert find_plan(signing.config, PLAN["plan"][:digits]) == PLAN
    for wrong in (PLAN["plan"][:5], "nothing", PLAN["plan"][:39] + "g"):
        with pytest.raises(UsageError, match="neither the file of a plan"):
            find_plan(signing.config, wrong)
    with pytest.raises(UsageError, match="there is no plan"):
        find_plan(signing.config, "0" * 12)


def test_an_edited_plan_is_refused(signing: Signing) -> None:
    file = signing.write_plan(PLAN | {"to": "0099"})
    with pytest.raises(UsageError, match="it was changed"):
        find_plan(signing.config, str(file))
    file.write_text(json.dumps({name: value for name, value in PLAN.items() if name != "requested_by"}))
    with pytest.raises(UsageError, match="it was changed"):
        requesters_of(signing.root / "evidence", "production", PLAN["plan"], "bob")
    file.write_text("[]")
    with pytest.raises(UsageError, match="is no plan"):
        find_plan(signing.config, str(file))


# --- CI -----------------------------------------------------------------------------------------------------------

CI = {
    "REMPART_CI_APPROVED_BY": "bob",
    "REMPART_CI_APPROVAL_URL": "https://ci.example/runs/1",
    "GITHUB_ACTOR": "alice",
}


def by_ci(signing: Signing, **changed: str) -> Check:
    return judged(signing, ci=ci_approval(CI | changed))


def test_ci_approves_where_its_word_is_taken(signing: Signing) -> None:
    assert "does not take CI's word" in told(by_ci(signing))
    signing.approval = ("ci",)
    check = by_ci(signing)
    assert (check.ok, check.said) == (True, "bob, in CI: https://ci.example/runs/1")
    assert ci_approval({"GITHUB_ACTOR": "alice"}) is None


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"REMPART_CI_APPROVED_BY": "Alice"}, "who asked for it"),
        ({"GITHUB_TRIGGERING_ACTOR": "bob"}, "who asked for it"),
        ({"GITLAB_USER_LOGIN": "BOB"}, "who asked for it"),
        ({"REMPART_CI_APPROVED_BY": "alice@example.com"}, "who asked for it"),
        ({"GITHUB_ACTOR": ""}, "not who started the job"),
        ({"REMPART_CI_APPROVAL_URL": ""}, "not where that is to be seen"),
        ({"REMPART_CI_APPROVED_BY": " , "}, "nobody approved it"),
    ],
)
def test_what_ci_says_is_not_enough(signing: Signing, changed: dict[str, str], says: str) -> None:
    signing.approval = ("ci",)
    assert says in told(by_ci(signing, **changed))


def test_one_of_several_approvers_in_ci_did_not_ask(signing: Signing) -> None:
    signing.approval = ("ci",)
    assert by_ci(signing, REMPART_CI_APPROVED_BY="alice, bob").ok


def test_signatures_do_not_count_where_only_ci_does(signing: Signing) -> None:
    approved(signing)
    signing.approval = ("ci",)
    assert "nobody approved it" in told(judged(signing))
    with pytest.raises(UsageError, match="takes no signatures"):
        approved(signing)


def test_names_of_one_person() -> None:
    assert same_person("Alice <alice@example.com>", "ALICE@EXAMPLE.COM")
    assert same_person("alice (root@x)", "alice@example.com")
    assert same_person("ａlice", "alice")
    assert not same_person("alice@example.com", "alice@elsewhere.example")
    assert not same_person("bob (root@x)", "carol (root@x)")
    assert not same_person("", "")
