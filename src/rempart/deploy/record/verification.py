"""Whether the record of an environment is as it was written: its folder, its ledger, and each against the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rempart.config import Config
from rempart.deploy.record import ledger
from rempart.deploy.record.canonical import canonical
from rempart.deploy.record.folder import INDEX, Index, document_of, files_of, folder_of, index_of, load
from rempart.deploy.record.intact import Problem, anchored, database_of, folder_check
from rempart.deploy.record.ledger import Entry, Marker
from rempart.deploy.record.listing import environments_of
from rempart.deploy.target import target_of
from rempart.errors import UsageError

_NO_LEDGER = (
    "it has no ledger, and the index knows entries of one: it is another database, or its ledger was dropped;"
    " if it was made anew, move the evidence of the old one to another folder"
)


@dataclass(frozen=True)
class Verified:
    """The record of an environment, looked at.

    Attributes:
        environment: The environment.
        deployments: How many files of deployments there are.
        entries: How many entries the ledger has; None when the database was not asked.
        problems: What is wrong.
    """

    environment: str
    deployments: int
    entries: int | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Recorded:
    """What a database says of its deployments.

    Attributes:
        marker: Which environment it says it is.
        entries: Its ledger.
        guards: What of the protection of both is gone.
        made: Whether the ledger is there at all.
    """

    marker: Marker | None
    entries: tuple[Entry, ...]
    guards: tuple[str, ...] = ()
    made: bool = True


def read_record(connection: ledger.Connection) -> Recorded:
    """Read what a database says of its deployments, as of one moment.

    Args:
        connection: A session of the owner, not in a transaction.

    Raises:
        OperationError: It cannot be read.
    """
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        return Recorded(
            marker=ledger.marker(connection),
            entries=tuple(ledger.entries(connection)),
            guards=tuple(ledger.guard_problems(connection)),
            made=ledger.exists(connection),
        )


def verify_environments(
    config: Config, environment: str | None, *, offline: bool, step: Callable[[str], None]
) -> list[Verified]:
    """Verify one environment, or all of them.

    Args:
        config: The project.
        environment: Its name; every environment of the project or of the folder when None.
        offline: Whether to look at the folder alone.
        step: Told what is being done.

    Raises:
        UsageError: There is no such environment, or the variable of its URL is not set.
        OperationError: A database cannot be reached, or a folder not be read.
    """
    known = environments_of(config)
    if environment is not None and environment not in known:
        raise UsageError(
            f"there is no environment {environment}; known: {', '.join(known) or 'none'}.", "Name another."
        )
    found = []
    for name in known if environment is None else [environment]:
        recorded = None
        if not offline:
            step(f"reading the ledger of {name}")
            recorded = _record_of(config, name)
        step(f"reading the evidence of {name}")
        found.append(verify(config, name, recorded))
    return found


def _record_of(config: Config, environment: str) -> Recorded:
    try:
        target = target_of(config, environment)
    except UsageError as error:
        step = f"{error.next_step}, or add --offline to look at the folder alone"
        raise UsageError(error.message, step) from None
    with target.connection("evidence verify") as connection:
        return read_record(connection)


def verify(config: Config, environment: str, recorded: Recorded | None) -> Verified:
    """Look for everything in the record of an environment that is not as it was written.

    Args:
        config: The project.
        environment: Name of the environment.
        recorded: What its database says; None to look at the folder alone.

    Raises:
        UsageError: The environment has no name for a folder.
        OperationError: The index cannot be read.
    """
    folder = folder_of(config, environment)
    index = index_of(folder)
    documents = {file.name: load(file) for file in files_of(folder)}
    found = [*folder_check(folder, environment)]
    if recorded is not None:
        found += _ledger(environment, index, recorded)
        found += _both(folder, index, documents, recorded)
    entries = None if recorded is None else len(recorded.entries)
    return Verified(environment, len(documents), entries, tuple(dict.fromkeys(found)))


def _ledger(environment: str, index: Index, recorded: Recorded) -> Iterator[Problem]:
    entries, marker = recorded.entries, recorded.marker
    for guard in recorded.guards:
        yield Problem("the database", guard)
    if marker is not None and marker.environment != environment:
        yield Problem("the database", f"its marker says it is {marker.environment}, not {environment}")
    if not recorded.made and not entries and any(one.number for one in index.anchors):
        yield Problem("the database", _NO_LEDGER)
        return
    if marker is None and entries:
        yield Problem("the database", "its marker is gone, and its ledger has entries")
    first = entries[0] if entries and entries[0].number == 1 else None
    if marker is not None and first is not None and first.previous != ledger.origin(marker.database):
        yield Problem("the ledger", f"its first entry is not of this database ({marker.database})")
    for reason in ledger.problems(entries):
        yield Problem("the ledger", reason)
    yield from anchored(index, entries)


def _both(
    folder: Path, index: Index, documents: Mapping[str, Mapping[str, Any] | None], recorded: Recorded
) -> Iterator[Problem]:
    """Each file against the ledger's entry, and the other way round."""
    if recorded.marker is not None:
        for name, document in documents.items():
            database = database_of(document)
            if database and database != recorded.marker.database:
                yield Problem(name, f"it is evidence of another database, {database}")
    numbers = {one.number for one in index.anchors}
    for entry in recorded.entries:
        document = document_of(entry)
        if document is None:
            continue
        name = f"{document.get('id')}.json"
        if name not in documents:
            yield Problem(name, f"it is missing, and entry {entry.number} of the ledger tells of it")
        elif not _same(documents[name], document):
            yield Problem(name, f"it does not say what entry {entry.number} of the ledger says: one of them was edited")
        elif hashlib.sha256((folder / name).read_bytes()).hexdigest() != entry.content.get("sha256"):
            yield Problem(name, f"it is not the file that entry {entry.number} of the ledger knows")
        if entry.number not in numbers:
            yield Problem(INDEX, f"the line of {name} (entry {entry.number} of the ledger) is missing or was edited")
    ends = {entry.number: document_of(entry) is not None for entry in recorded.entries}
    for anchor in index.anchors:
        if anchor.number is not None and not ends.get(anchor.number, True):
            yield Problem(INDEX, f"the line of {anchor.file} names entry {anchor.number}, which ends no deployment")


def _same(one: Mapping[str, Any] | None, other: Mapping[str, Any]) -> bool:
    try:
        return one is not None and canonical(one) == canonical(other)
    except ValueError:
        return False
