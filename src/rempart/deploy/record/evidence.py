"""The evidence folder, for those who deploy: written, repaired from the ledger, and asked by the gates."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from rempart.config import Config
from rempart.deploy.record.folder import (
    INDEX,
    Anchor,
    document_of,
    file_bytes,
    file_of,
    folder_of,
    index_of,
    index_text,
    load,
    page_bytes,
)
from rempart.deploy.record.ledger import Entry, digest_of, without_passwords
from rempart.errors import OperationError, UsageError


def recorded(document: Mapping[str, Any]) -> dict[str, Any]:
    """The content of the ledger's entry that ends a deployment: the document itself, and the hash of its file.

    Args:
        document: What is known of the deployment.
    """
    return {"document": without_passwords(document), "sha256": hashlib.sha256(file_bytes(document)).hexdigest()}


def write(config: Config, document: Mapping[str, Any], entry: Entry | None) -> Path:
    """Write the files of a deployment, then its line of the index.

    Each file is there as a whole or not at all, whenever the process is killed; what is missing then is written
    by `repair`.

    Args:
        config: The project.
        document: What is known of the deployment; passwords are masked.
        entry: The ledger's entry that ends the deployment, see `recorded`; None when it is in no ledger.

    Returns:
        The JSON file.

    Raises:
        UsageError: The identifier or the environment cannot be the name of a file.
        OperationError: The folder cannot be written.
    """
    folder = folder_of(config, str(document["environment"]))
    name = file_of(document)
    if name is None:
        raise UsageError(f"{document['id']!r} cannot be the name of an evidence file.", "Name it with plain letters.")
    with _writing(folder):
        _add(folder, name, document, entry)
    return folder / name


def repair(config: Config, environment: str, entries: Sequence[Entry]) -> list[Path]:
    """Write what the ledger knows and the folder lacks. What is there is left alone, so that an edit still shows.

    Args:
        config: The project.
        environment: Name of the environment.
        entries: The ledger; entries whose digest is wrong are passed over.

    Returns:
        The files that were written.

    Raises:
        OperationError: The folder cannot be written.
    """
    folder, written = folder_of(config, environment), []
    known = [(entry, document) for entry in entries if (document := document_of(entry)) is not None]
    if not known:
        return []
    with _writing(folder):
        for entry, document in known:
            name = file_of(document)
            if name is not None and document.get("environment") == environment and entry.digest == digest_of(entry):
                written += _add(folder, name, document, entry)
    return written


def documents(config: Config, environment: str) -> list[Mapping[str, Any]]:
    """The deployments of an environment that are in its ledger, in the ledger's order; dry runs are not.

    Nothing is said about whether they are as they were written, see `verification.verify`.

    Args:
        config: The project.
        environment: Name of the environment.

    Raises:
        OperationError: The index cannot be read.
    """
    folder = folder_of(config, environment)
    anchors = [anchor for anchor in index_of(folder).anchors if anchor.number is not None]
    found = [load(folder / anchor.file) for anchor in sorted(anchors, key=lambda one: one.number or 0)]
    return [document for document in found if document is not None]


def _add(folder: Path, name: str, document: Mapping[str, Any], entry: Entry | None) -> list[Path]:
    """Write what is missing of a deployment; the line of the index comes last."""
    content = file_bytes(document)
    sha256 = hashlib.sha256(content).hexdigest()
    listed = index_of(folder).of(name)
    anchor = listed or Anchor(sha256, name, entry.number if entry else None, entry.digest if entry else None)
    file, written = folder / name, []
    page = page_bytes(document, anchor)
    anchor = replace(anchor, page=anchor.page or anchor.seal(page))
    for path, text in ((file, content), (file.with_suffix(".md"), page)):
        if not path.exists():
            _replace(path, text)
            written.append(path)
    if listed is None:
        lines = index_text(folder)
        separator = "" if not lines or lines.endswith("\n") else "\n"
        _replace(folder / INDEX, f"{lines}{separator}{anchor.line}\n".encode())
        written.append(folder / INDEX)
    return written


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """One writer at a time in a folder. What a killed one left half written is removed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            for half in folder.glob(".*.half"):
                half.unlink()
            yield
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise OperationError(
            f"the evidence in {folder} could not be written: {error.strerror}.",
            "Make room or the folder writable; the next run writes what is missing, from the ledger.",
        ) from None


def _replace(path: Path, content: bytes) -> None:
    """Put a file in place as a whole."""
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}.half")
    try:
        with half.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(path)
    except OSError:
        half.unlink(missing_ok=True)
        raise
