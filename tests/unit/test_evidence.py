"""The evidence folder: written whole, repaired from the ledger, and every edit of it found."""

from __future__ import annotations

import errno
import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
from evidence_documents import config_in, document, folder, keep, kept_entries, ledger_of, said

from rempart.config import Config
from rempart.deploy.record import evidence, listing
from rempart.deploy.record.folder import index_of
from rempart.deploy.record.ledger import Entry
from rempart.errors import OperationError, UsageError

SECRET = "s3cr3t-Zz"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path)


@pytest.fixture
def entries(config: Config) -> list[Entry]:
    return kept_entries(config)


# --- writing


def test_a_deployment_is_two_files_and_a_line_of_the_index(config: Config) -> None:
    entries = ledger_of(document(1))
    written = evidence.write(config, document(1), entries[-1])
    name = "20261122T151501Z-apply-3f2a9c"
    assert written == folder(config) / f"{name}.json"
    assert sorted(file.name for file in folder(config).iterdir()) == [f"{name}.json", f"{name}.md", "index"]
    assert json.loads(written.read_text()) == document(1)
    sha256 = evidence.recorded(document(1))["sha256"]
    digest, page = entries[-1].digest, (folder(config) / f"{name}.md").read_bytes()
    seal = hashlib.sha256(f"2 {digest} ".encode() + page).hexdigest()
    assert (folder(config) / "index").read_text() == f"{sha256}  {name}.json  2 {digest}  {seal}\n"
    assert said(config, entries) == said(config, None) == ""


def test_the_same_document_gives_the_same_bytes_in_any_order_of_its_keys(config: Config) -> None:
    made = document(1)
    turned = dict(reversed(list(made.items())))
    assert evidence.file_bytes(made) == evidence.file_bytes(turned)
    assert evidence.recorded(json.loads(evidence.file_bytes(made))) == evidence.recorded(turned)


def test_a_run_that_is_in_no_ledger_is_kept_as_well(config: Config) -> None:
    made = document(1, database=None, operation="dry-run", outcome="refused")
    evidence.write(config, made, None)
    assert (folder(config) / "index").read_text().split()[1:4] == ["20261122T151501Z-apply-3f2a9c.json", "-", "-"]
    entries = ledger_of(document(2))
    keep(config, entries)
    assert said(config, None) == said(config, entries) == ""
    assert evidence.documents(config, "staging") == [document(2)]  # what the gates ask for: no dry run


def test_odd_texts_survive(config: Config) -> None:
    made = document(1, actor="\udc80 \u2028 \x00 é 🛢 \\udc80")
    entries = ledger_of(made)
    written = evidence.write(config, made, entries[-1])
    assert json.loads(written.read_bytes())["actor"] == made["actor"]
    assert said(config, entries) == ""


@pytest.mark.parametrize("key", ["id", "environment"])
@pytest.mark.parametrize("name", ["../x", "a/b", "", ".x", "a\nb", "x y"])
def test_names_that_lead_elsewhere_are_refused(config: Config, key: str, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        evidence.write(config, document(1, **{key: name}), None)
    assert not list(config.root.rglob("*.json"))


def test_passwords_are_in_no_file(config: Config) -> None:
    url = f"postgresql://u:{SECRET}@db.example.com/depot"
    made = document(
        1,
        error=f"no connection to {url}",
        rollback=f"DATABASE_URL={url} rempart rollback",
        gates=[{"name": "x", "ok": False, "said": url, "details": [f"host=x password={SECRET}"], "override": None}],
    )
    made["revisions"][0]["sql"] = f"create subscription s connection 'host=x password={SECRET}' publication p;"
    entries = ledger_of(made)
    evidence.write(config, made, entries[-1])
    texts = [file.read_text() for file in folder(config).iterdir()] + [str(entries)]
    assert not [one for one in texts if SECRET in one]
    assert said(config, entries) == ""


def test_a_full_disk_is_told_and_leaves_whole_files(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = ledger_of(document(1), document(2))
    keep(config, entries[:2])

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OperationError, match="No space left"):
            keep(config, entries[2:])
    assert "it is missing, and entry 4" in said(config, entries)
    evidence.repair(config, "staging", entries)
    assert said(config, entries) == ""


def test_a_folder_that_cannot_be_made_is_told(config: Config) -> None:
    config.deployment.evidence.write_text("in the way")
    with pytest.raises(OperationError, match="could not be written"):
        evidence.write(config, document(1), None)


# --- killed, and repaired


@pytest.mark.parametrize("survived", [0, 1, 2])
def test_what_a_killed_run_left_out_is_written_by_the_next(
    config: Config, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    entries, count, real = ledger_of(document(1)), [0], Path.replace

    class Killed(BaseException):
        pass

    def until(self: Path, target: Path) -> Path:
        if count[0] == survived:
            raise Killed
        count[0] += 1
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", until)
        with pytest.raises(Killed):
            keep(config, entries)
    assert list(folder(config).glob(".*.half"))  # what was being written
    assert len([one for one in folder(config).iterdir() if one.name[0] != "."]) == survived
    assert "is missing" in said(config, entries)
    evidence.repair(config, "staging", entries)
    assert said(config, entries) == ""
    assert not list(folder(config).glob(".*"))
    assert evidence.repair(config, "staging", entries) == []


def _write_for_ever(config: Config, entries: list[Entry]) -> None:
    while True:
        keep(config, entries)
        shutil.rmtree(folder(config))


def test_a_process_killed_anywhere_leaves_whole_files_only(config: Config) -> None:
    entries = ledger_of(*(document(number) for number in range(1, 6)))
    wholes = {evidence.file_bytes(document(number)) for number in range(1, 6)}
    states = set()
    for turn in range(12):
        writer = multiprocessing.get_context("fork").Process(target=_write_for_ever, args=(config, entries))
        writer.start()
        time.sleep(0.02 + turn * 0.0077)
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
        files = sorted(folder(config).glob("*.json"))
        assert {file.read_bytes() for file in files} <= wholes
        assert index_of(folder(config)).unreadable == ()
        states.add(tuple(sorted(one.name for one in folder(config).glob("*"))))
        evidence.repair(config, "staging", entries)
        assert said(config, entries) == ""
    assert len(states) > 3  # it was killed at different moments


def _write_own(config: Config, entries: list[Entry]) -> None:
    keep(config, entries)


def test_several_writers_lose_no_line(config: Config) -> None:
    entries = ledger_of(*(document(number) for number in range(1, 41)))
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write_own, args=(config, entries[number::4])) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert said(config, entries) == ""
    assert evidence.documents(config, "staging")[-1] == document(40)


def test_a_half_line_of_the_index_does_not_spoil_the_next(config: Config) -> None:
    entries = ledger_of(document(1), document(2))
    keep(config, entries[:2])
    index = folder(config) / "index"
    index.write_text(index.read_text() + "0123abc")
    keep(config, entries[2:])
    assert index_of(folder(config)).unreadable == (2,)
    assert len(index_of(folder(config)).anchors) == 2
    assert "line 2 is no line of an index" in said(config, entries)


def test_repair_leaves_an_edit_to_be_found(config: Config, entries: list[Entry]) -> None:
    edits = {"20261122T151501Z-apply-3f2a9c.json": "e", "20261122T151502Z-apply-3f2a9c.md": "e", "index": "Z-apply"}
    for name, old in edits.items():
        file = folder(config) / name
        file.write_text(file.read_text().replace(old, " f"))
    before = said(config, entries)
    evidence.repair(config, "staging", entries)
    kept = said(config, entries)
    for expected in ("01Z-apply-3f2a9c.json: it is in no line of the index", "is no line of an index"):
        assert expected in before
    for expected in ("01Z-apply-3f2a9c.json: it is not the file", "02Z-apply-3f2a9c.md: it does not say", "is no line"):
        assert expected in kept


def test_repair_believes_no_entry_that_is_wrong(config: Config) -> None:
    good, escaping, elsewhere = document(1), document(2, id="../../x"), document(3, environment="production")
    entries = ledger_of(good, escaping, elsewhere, document(4))
    entries[-1] = replace(entries[-1], digest="0" * 64)
    evidence.repair(config, "staging", entries)
    assert [file.name for file in config.root.rglob("*.json")] == [f"{good['id']}.json"]
    assert evidence.repair(config, "staging", entries[:1]) == []


def test_deployments_are_told_in_the_order_of_the_ledger(config: Config) -> None:
    keep(config, ledger_of(document(1), document(2), document(3)))
    index = folder(config) / "index"
    index.write_text("".join(reversed(index.read_text().splitlines(keepends=True))))
    told = [one["id"] for one in evidence.documents(config, "staging")]
    assert told == [document(number)["id"] for number in (1, 2, 3)]


# --- finding a deployment


def test_deployments_are_found_by_the_beginning_of_their_name(config: Config, entries: list[Entry]) -> None:
    assert [one.id[13:15] for one in listing.deployments(config, None)] == ["01", "02", "03"]
    assert listing.deployment(config, "latest", None).id[13:15] == "03"
    assert listing.deployment(config, "20261122T151502", "staging").id[13:15] == "02"
    for wanted, reason in (("2026", "3 deployments begin with 2026"), ("x", "there is no deployment x")):
        with pytest.raises(UsageError, match=reason):
            listing.deployment(config, wanted, None)
    with pytest.raises(UsageError, match="no environment production; known: staging"):
        listing.deployments(config, "production")
    (folder(config) / "20261122T151502Z-apply-3f2a9c.json").write_text("[")
    with pytest.raises(OperationError, match="cannot be read"):
        listing.deployment(config, "20261122T151502", None)


# --- the page


def test_a_page_that_an_earlier_version_rendered_otherwise_is_no_edit(config: Config) -> None:
    evidence.write(config, document(1), ledger_of(document(1))[-1])
    (anchor,) = index_of(folder(config)).anchors
    page, index = folder(config) / f"{anchor.id}.md", folder(config) / "index"
    page.write_text("# As it was rendered then\n")
    assert "it does not say" in said(config, None)
    index.write_text(index.read_text().replace(anchor.page, anchor.seal(page.read_bytes())))
    assert said(config, None) == ""
