"""Whether the evidence folder is as it was written, and whether the ledger still has what the index knows of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rempart.deploy.record.folder import INDEX, Anchor, Index, files_of, index_of, load, page_bytes
from rempart.deploy.record.ledger import Entry

UNRENDERABLE = (AttributeError, TypeError, ValueError, LookupError)
"""What a document that was damaged by an edit raises when its page is made."""


@dataclass(frozen=True)
class Problem:
    """Something that is not as it was written.

    Attributes:
        subject: What: a file, the ledger, the database.
        reason: What is wrong with it.
    """

    subject: str
    reason: str


def folder_check(folder: Path, environment: str) -> Iterator[Problem]:
    """Look for everything in a folder that is not as it was written, as far as the folder alone can tell.

    Args:
        folder: The environment's folder.
        environment: Name of the environment.

    Raises:
        OperationError: The index cannot be read.
    """
    index = index_of(folder)
    files = {file.name: file for file in files_of(folder)}
    documents = {name: load(file) for name, file in files.items()}
    yield from _index(index)
    yield from _files(environment, index, files, documents)
    yield from _strays(folder, index, files)
    yield from _one_database(documents)


def database_of(document: Mapping[str, Any] | None) -> str | None:
    """The random name of the database that a document tells of; None when it had none yet.

    Args:
        document: The document; None for a file that cannot be read.
    """
    database = (document or {}).get("database")
    return str(database["id"]) if isinstance(database, Mapping) and database.get("id") else None


def anchored(index: Index, entries: Sequence[Entry]) -> Iterator[Problem]:
    """Look at the ledger against what is known of it outside of the database.

    Args:
        index: The index of the environment.
        entries: The ledger.
    """
    digests = {entry.number: entry.digest for entry in entries}
    last = max(digests, default=0)
    for anchor in index.anchors:
        if anchor.number is None:
            continue
        if anchor.number > last:
            end = f"it ends at entry {last}" if last else "it is empty"
            yield Problem("the ledger", f"{end}, and the index knows entry {anchor.number}: its end was deleted")
        elif anchor.number in digests and digests[anchor.number] != anchor.digest:
            yield Problem(
                "the ledger",
                f"entry {anchor.number} is not the one that the index knows: the ledger was rewritten, or the index",
            )


def _index(index: Index) -> Iterator[Problem]:
    for number in index.unreadable:
        yield Problem(INDEX, f"line {number} is no line of an index: it was edited, or not written to its end")
    for file, times in Counter(one.file for one in index.anchors).items():
        if times > 1:
            yield Problem(INDEX, f"it names {file} {times} times")
    for entry, times in Counter(one.number for one in index.anchors if one.number).items():
        if times > 1:
            yield Problem(INDEX, f"it names entry {entry} of the ledger {times} times")


def _files(
    environment: str,
    index: Index,
    files: Mapping[str, Path],
    documents: Mapping[str, Mapping[str, Any] | None],
) -> Iterator[Problem]:
    for listed in index.anchors:
        if listed.file not in files:
            yield Problem(listed.file, "it is missing, and the index knows it")
    for name, file in files.items():
        anchor, document = index.of(name), documents[name]
        if anchor is None:
            yield Problem(name, "it is in no line of the index: the line was removed, or the file is from elsewhere")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != anchor.sha256:
            yield Problem(name, "it is not the file that the index knows: one of them was edited")
        if document is None:
            yield Problem(name, "it is no JSON object")
            continue
        if f"{document.get('id')}.json" != name:
            yield Problem(name, f"it tells of another deployment, {document.get('id')}")
        if document.get("environment") != environment:
            yield Problem(name, f"it is evidence of another environment, {document.get('environment')}")
        if anchor is not None:
            yield from _page(file.with_suffix(".md"), document, anchor)


def _strays(folder: Path, index: Index, files: Mapping[str, Path]) -> Iterator[Problem]:
    known = {Path(name).stem for name in (*files, *(one.file for one in index.anchors))}
    for page in sorted(folder.glob("*.md")):
        if page.stem not in known:
            yield Problem(page.name, "it is the page of no deployment")


def _page(page: Path, document: Mapping[str, Any], anchor: Anchor) -> Iterator[Problem]:
    if not page.is_file():
        yield Problem(page.name, "it is missing")
        return
    found = page.read_bytes()
    if anchor.seal(found) == anchor.page:
        return
    # A page that was written again, by a version that renders it otherwise, is as good.
    try:
        expected = page_bytes(document, anchor)
    except UNRENDERABLE:
        yield Problem(page.name, f"{anchor.file} is so damaged that the page cannot be compared with it")
        return
    if found != expected:
        yield Problem(page.name, f"it does not say what {anchor.file} and the index say: one of them was edited")


def _one_database(documents: Mapping[str, Mapping[str, Any] | None]) -> Iterator[Problem]:
    """Which database is meant is not known here, but it is one."""
    of: dict[str, list[str]] = {}
    for name, document in documents.items():
        if database := database_of(document):
            of.setdefault(database, []).append(name)
    if len(of) > 1:
        told = "; ".join(f"{database}: {', '.join(names)}" for database, names in sorted(of.items()))
        yield Problem("the folder", f"it holds evidence of {len(of)} databases: {told}")
