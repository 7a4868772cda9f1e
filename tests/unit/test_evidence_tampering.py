"""Every edit of the evidence and of the ledger is found, and named."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from evidence_documents import (
    DATABASE,
    OTHER_DATABASE,
    config_in,
    document,
    folder,
    keep,
    kept_entries,
    ledger_of,
    said,
)

from rempart.config import Config
from rempart.deploy.record import evidence
from rempart.deploy.record.folder import index_of
from rempart.deploy.record.ledger import Entry, Marker
from rempart.deploy.record.verification import Recorded, verify


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path)


@pytest.fixture
def entries(config: Config) -> list[Entry]:
    return kept_entries(config)


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
    marker = Marker("staging", DATABASE)
    found = verify(config, "staging", Recorded(marker, tuple(tamper(list(entries)))))
    assert re.search(expected, "\n".join(f"{one.subject}: {one.reason}" for one in found.problems))


def test_what_the_database_says_of_itself_is_judged(config: Config, entries: list[Entry]) -> None:
    assert "its marker says it is production" in said(config, entries, marker=Marker("production", DATABASE))
    assert "its marker is gone" in said(config, entries, marker=None)
    assert "the trigger x is disabled" in said(config, entries, guards=("the trigger x is disabled",))
    found = verify(config, "staging", Recorded(None, (), made=False))
    assert "it has no ledger, and the index knows entries" in "\n".join(one.reason for one in found.problems)
    nothing = verify(config, "production", Recorded(None, (), made=False))
    assert (nothing.deployments, nothing.problems) == (0, ())
