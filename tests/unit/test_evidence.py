"""The evidence folder: written whole, repaired from the ledger, and every edit of it found."""

from __future__ import annotations

import errno
import hashlib
import json
import multiprocessing
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from evidence_documents import DATABASE, OTHER_DATABASE, document, keep, ledger_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rempart.config import Config
from rempart.deploy import evidence, evidence_list, ledger
from rempart.deploy.evidence_check import Recorded, verify
from rempart.deploy.evidence_folder import index_of
from rempart.deploy.ledger import Entry, Marker
from rempart.deploy.log_entry import log_entry, text
from rempart.errors import OperationError, UsageError

SECRET = "s3cr3t-Zz"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "pyproject.toml"
    table = {"database": "depot", "owner": "o", "environments": {"staging": {"url_env": "STAGING_URL"}}}
    return Config.from_table(table, file)


def folder(config: Config) -> Path:
    return config.deployment.evidence / "staging"


def recorded(entries: list[Entry], **changed: Any) -> Recorded:
    """What a database says whose ledger has these entries."""
    made = Recorded(Marker("staging", DATABASE, entries[0].at), tuple(entries))
    return replace(made, **changed)


def said(config: Config, entries: list[Entry] | None, **changed: Any) -> str:
    """Every problem, a line each."""
    found = verify(config, "staging", None if entries is None else recorded(entries, **changed))
    return "\n".join(f"{one.subject}: {one.reason}" for one in found.problems)


@pytest.fixture
def entries(config: Config) -> list[Entry]:
    """Three deployments, with their evidence."""
    made = ledger_of(document(1), document(2), document(3))
    keep(config, made)
    return made


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


# --- tampering with the folder


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Replace a text in a file of the second deployment, or in the index."""

    def run(place: Path) -> None:
        file = place / (name if name == "index" else f"20261122T151502Z-apply-3f2a9c.{name}")
        content = file.read_text()
        assert re.search(old, content)
        file.write_text(re.sub(old, new, content, count=1))

    return run


def remove(name: str) -> Callable[[Path], None]:
    return lambda place: (place / f"20261122T151502Z-apply-3f2a9c.{name}").unlink()


def consistently(place: Path) -> None:
    """Edit a document, and make its page and its line of the index anew."""
    file = place / "20261122T151502Z-apply-3f2a9c.json"
    made = json.loads(file.read_bytes()) | {"actor": "Nobody"}
    anchor = index_of(place).of(file.name)
    assert anchor is not None
    file.write_bytes(evidence.file_bytes(made))
    new = replace(anchor, sha256=evidence.recorded(made)["sha256"])
    file.with_suffix(".md").write_bytes(evidence.page_bytes(made, new))
    index = place / "index"
    index.write_text(index.read_text().replace(anchor.line, new.line))


def copied_elsewhere(place: Path) -> None:
    """Evidence of another database, with its line of the index."""
    source = place.parent / "other"
    other = document(9, database=OTHER_DATABASE)
    entries = ledger_of(other, database=OTHER_DATABASE)
    config = Config.from_table({"database": "d", "owner": "o", "deployment": {"evidence": str(source)}},
                               place / "pyproject.toml")  # fmt: skip
    keep(config, entries)
    for file in (source / "staging").iterdir():
        if file.name != "index":
            shutil.copy(file, place)
    index = place / "index"
    index.write_text(index.read_text() + (source / "staging" / "index").read_text())
    shutil.rmtree(source)


def of_production(place: Path) -> None:
    made = document(9, environment="production")
    (place / f"{made['id']}.json").write_bytes(evidence.file_bytes(made))


def duplicated(place: Path) -> None:
    index = place / "index"
    index.write_text(index.read_text() + index.read_text().splitlines()[1] + "\n")


def renamed(place: Path) -> None:
    file = place / "20261122T151502Z-apply-3f2a9c.json"
    file.rename(place / "20261122T151509Z-apply-3f2a9c.json")


OFFLINE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a value of the JSON file": (edit("json", "Alice", "Mallory"), "02Z.*json: it is not the file that the index"),
    "a blank of the JSON file": (edit("json", r"\n$", "\n\n"), "02Z.*json: it is not the file that the index"),
    "the JSON file made unreadable": (edit("json", r"^\{", "["), "02Z.*json: it is no JSON object"),
    "a wrong shape": (edit("json", r'"gates": \[', '"gates": [1,'), "02Z.*json: it is not the file that the index"),
    "the page": (edit("md", "OVERRIDDEN", "passed"), "02Z.*md: it does not say"),
    "an addition to the page": (edit("md", r"\Z", "Accepted."), "02Z.*md: it does not say"),
    "the JSON file removed": (remove("json"), "02Z.*json: it is missing, and the index knows it"),
    "the page removed": (remove("md"), "02Z.*md: it is missing"),
    "a line of the index removed": (edit("index", r".*02Z.*\n", ""), "02Z.*json: it is in no line of the index"),
    "a hash of the index": (edit("index", "^[0-9a-f]{8}", "0" * 8), "01Z.*json: it is not the file"),
    "a line of the index made nonsense": (edit("index", r"  .*02Z", " x 02Z"), "index: line 2 is no line"),
    "the entry's number in the index": (edit("index", "json  4 ", "json  3 "), "02Z.*md: it does not say"),
    "the entry taken out of the index": (edit("index", "json  4 [0-9a-f]+", "json  - -"), "02Z.*md: it does not say"),
    "a line twice": (duplicated, "index: it names .*02Z.* 2 times"),
    "a file under another name": (renamed, "09Z.*: it tells of another deployment, .*02Z"),
    "evidence of another environment": (of_production, "09Z.*: it is evidence of another environment, production"),
    "evidence of another database": (copied_elsewhere, "it holds evidence of 2 databases"),
}
ONLINE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a document, its page and the index, consistently": (consistently, "02Z.*json: it does not say what entry 4"),
    "evidence of another database": (copied_elsewhere, f"09Z.*: it is evidence of another database, {OTHER_DATABASE}"),
    "the whole folder removed": (shutil.rmtree, "03Z.*json: it is missing, and entry 6 of the ledger tells of it"),
    "a line of the index removed": (edit("index", r".*02Z.*\n", ""), "index: the line of .*02Z.*entry 4 .*is missing"),
    "an entry that ends nothing": (edit("index", "json  4 ", "json  3 "), "names entry 3, which ends no deployment"),
    "a digest of the index": (edit("index", "json  4 [0-9a-f]{8}", "json  4 " + "0" * 8), "entry 4 is not the one"),
}


@pytest.mark.parametrize("what", OFFLINE)
def test_tampering_with_the_folder_is_found_without_the_database(
    config: Config, entries: list[Entry], what: str
) -> None:
    assert said(config, None) == ""
    tamper, expected = OFFLINE[what]
    tamper(folder(config))
    assert re.search(expected, said(config, None)), said(config, None)
    assert re.search(expected, said(config, entries))


@pytest.mark.parametrize("what", ONLINE)
def test_tampering_with_the_folder_is_found_with_the_database(config: Config, entries: list[Entry], what: str) -> None:
    assert said(config, entries) == ""
    tamper, expected = ONLINE[what]
    tamper(folder(config))
    assert re.search(expected, said(config, entries)), said(config, entries)


# --- tampering with the ledger


def rewritten(entries: list[Entry]) -> list[Entry]:
    """The whole chain made anew, with another actor: every digest is right."""
    return ledger_of(document(1, actor="Nobody"), document(2), document(3))


def without_the_end(entries: list[Entry]) -> list[Entry]:
    return entries[:-2]


def renumbered(entries: list[Entry]) -> list[Entry]:
    return [*entries[:2], *(replace(one, number=one.number - 2) for one in entries[4:])]


LEDGERS: dict[str, tuple[Callable[[list[Entry]], list[Entry]], str]] = {
    "rewritten": (rewritten, "the ledger: entry 2 is not the one that the index knows"),
    "without its end": (without_the_end, "it ends at entry 4, and the index knows entry 6: its end was deleted"),
    "empty": (lambda _: [], "it is empty, and the index knows entry 2"),
    "without its middle": (lambda made: made[:2] + made[4:], "entry 3 to 4 of the ledger is missing"),
    "renumbered": (renumbered, "entry 3 of the ledger .* was edited"),
    "of another database": (
        lambda _: ledger_of(document(1), document(2), document(3), database=OTHER_DATABASE),
        "its first entry is not of this database",
    ),
}


@pytest.mark.parametrize("what", LEDGERS)
def test_tampering_with_the_ledger_is_found(config: Config, entries: list[Entry], what: str) -> None:
    tamper, expected = LEDGERS[what]
    marker = Marker("staging", DATABASE, entries[0].at)
    found = verify(config, "staging", Recorded(marker, tuple(tamper(list(entries)))))
    assert re.search(expected, "\n".join(f"{one.subject}: {one.reason}" for one in found.problems))


def test_what_the_database_says_of_itself_is_judged(config: Config, entries: list[Entry]) -> None:
    assert "its marker says it is production" in said(
        config, entries, marker=Marker("production", DATABASE, entries[0].at)
    )
    assert "its marker is gone" in said(config, entries, marker=None)
    assert "the trigger x is disabled" in said(config, entries, guards=("the trigger x is disabled",))
    found = verify(config, "staging", Recorded(None, (), made=False))
    assert "it has no ledger, and the index knows entries" in "\n".join(one.reason for one in found.problems)
    nothing = verify(config, "production", Recorded(None, (), made=False))
    assert (nothing.deployments, nothing.problems) == (0, ())


# --- finding a deployment


def test_deployments_are_found_by_the_beginning_of_their_name(config: Config, entries: list[Entry]) -> None:
    assert [one.id[13:15] for one in evidence_list.deployments(config, None)] == ["01", "02", "03"]
    assert evidence_list.deployment(config, "latest", None).id[13:15] == "03"
    assert evidence_list.deployment(config, "20261122T151502", "staging").id[13:15] == "02"
    for wanted, reason in (("2026", "3 deployments begin with 2026"), ("x", "there is no deployment x")):
        with pytest.raises(UsageError, match=reason):
            evidence_list.deployment(config, wanted, None)
    with pytest.raises(UsageError, match="no environment production; known: staging"):
        evidence_list.deployments(config, "production")
    (folder(config) / "20261122T151502Z-apply-3f2a9c.json").write_text("[")
    with pytest.raises(OperationError, match="cannot be read"):
        evidence_list.deployment(config, "20261122T151502", None)


# --- the page


def test_the_page_tells_what_a_manager_signs() -> None:
    page = log_entry(document(1), 2, "d" * 64)
    lines = page.splitlines()
    assert lines[0] == "# Deployment to staging: 0000 → 0001, succeeded"
    for expected in (
        "| Asked for by | Bob &lt;bob@example.com&gt; |",
        "| Approved by | by Dan &lt;dan@example.com&gt; |",
        "| Run by | Alice Martin &lt;alice@example.com&gt; |",
        "| Began (UTC) | 2026-11-22 15:15:01 |",
        "| Duration | 1 min 0 s |",
        "| backup | **OVERRIDDEN** | 30 hours old; **overridden by Carol: restored by hand this morning** |",
        "- backup: 24 hours at most",
        "- policy p on public.citernes: changed (using)",
        "| STOCK_NEGATIF | 2 | 1 |",
        "| CITERNE_VIDE | 0 | **3** |",
        "13 relations tried without a login: no row is seen, nothing can be written, no function executed.",
        "rempart rollback --env staging --to 0000",
        f"| Ledger | entry 2, {'d' * 64} |",
    ):
        assert expected in lines, expected
    access = [line for line in lines if line.startswith("| public.")]
    assert [line.endswith("| **wider** |") for line in access] == [True, False]
    assert page.index("Signature: ___") < page.index("<details>") < page.index("```sql")
    assert lines[-1] == "</details>"


def test_what_was_not_looked_at_is_said_to_be_so() -> None:
    page = log_entry({"id": "x", "environment": "staging", "operation": "dry-run", "outcome": "refused"}, None, None)
    for expected in ("Not counted.", "Not compared.", "Not tried.", "nobody was asked", "Nothing was changed."):
        assert expected in page
    opened = document(1, anon={"relations": 2, "rows": ["public.x"], "writable": [], "functions": ["public.f()"]})
    assert "**rows are seen of: public.x**; **may be executed: public.f()**" in log_entry(opened, None, None)


def test_a_fence_is_longer_than_any_in_the_sql() -> None:
    made = document(1)
    made["revisions"][0]["sql"] = "-- ```\n-- ````\n</details>\n<script>x</script>"
    tokens = MarkdownIt("commonmark").parse(log_entry(made, None, None))
    assert any(token.type == "fence" and "<script>" in token.content for token in tokens)
    assert not any("<script>" in token.content for token in tokens if token.type == "html_block")


_PARSER = MarkdownIt("gfm-like", {"linkify": False})
_HOSTILE = st.text(
    st.sampled_from("\\`*_{}[]()#+-.!|~<>&:@$'\"\n\r\t aZ0=/w\u202e\u2028\x00\udc80"), min_size=1, max_size=30
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_HOSTILE)
def test_no_text_of_a_user_is_markup(hostile: str) -> None:
    plain, attacked = (
        [
            (token.type, token.tag, tuple(child.type for child in token.children or () if child.type != "text_special"))
            for token in _PARSER.parse(log_entry(_everywhere(value), 2, "d" * 64))
        ]
        for value in ("x", f"x{hostile}x")
    )
    assert attacked == plain


def _everywhere(value: str) -> dict[str, Any]:
    made = document(1, actor=value, requested_by=value, release=value, error=value, notes=[value])
    made["gates"][1] |= {"said": value, "details": [value], "override": {"by": value, "reason": value}}
    made["revisions"][0] |= {"message": value, "sql": value}
    made["revisions"][0]["changes"][0] |= {"object": value, "fields": [value]}
    made["access"][0]["subject"] = value
    made["integrity"]["after"] = {value: 3}
    made["anon"]["rows"] = [value]
    return made


@pytest.mark.parametrize("beginning", ["# x", "- x", "+ x", "1. x", "12) x", "> x", "=== x", "---", "    x", "| x |"])
def test_no_text_begins_a_block(beginning: str) -> None:
    types = [token.type for token in _PARSER.parse(f"- {text(beginning)}")]
    assert types == [token.type for token in _PARSER.parse("- x")]


def test_what_turns_writing_round_is_shown() -> None:
    assert text("a\u202eb\u200bc") == "aU+202EbU+200Bc"
    assert text("http://x www.y") == "http\\://x www\\.y"


@given(st.text(st.sampled_from("://@ab 'password=*&"), max_size=40))
def test_masking_twice_is_masking_once(value: str) -> None:
    once = ledger.without_passwords({"k": [value]})
    assert ledger.without_passwords(once) == once


def test_a_page_that_an_earlier_version_rendered_otherwise_is_no_edit(config: Config) -> None:
    evidence.write(config, document(1), ledger_of(document(1))[-1])
    (anchor,) = index_of(folder(config)).anchors
    page, index = folder(config) / f"{anchor.id}.md", folder(config) / "index"
    page.write_text("# As it was rendered then\n")
    assert "it does not say" in said(config, None)
    index.write_text(index.read_text().replace(anchor.page, anchor.seal(page.read_bytes())))
    assert said(config, None) == ""
