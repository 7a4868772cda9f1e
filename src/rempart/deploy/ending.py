"""How a deployment ends in the ledger, whatever has become of the session that was to write it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from rempart.deploy.record import evidence, ledger
from rempart.deploy.steps import Step
from rempart.deploy.target import Connection, Target
from rempart.errors import OperationError, RempartError
from rempart.postgres.server import said_by


@contextmanager
def in_words() -> Iterator[None]:
    """Have a session that is lost, or a statement that is refused, told as an OperationError."""
    try:
        yield
    except (psycopg.Error, SQLAlchemyError) as error:
        raise OperationError(
            f"the database did not do what it was asked: {said_by(error)}",
            "Check the server and the network, then run the same command again: what was committed is not run twice.",
        ) from error


def record(
    target: Target, connection: Connection, kind: str, document: dict[str, Any], note: Callable[[str], None]
) -> None:
    """Write the end of a deployment into the ledger, where there is one, and into the evidence folder.

    Args:
        target: The environment.
        connection: The session that deployed.
        kind: Which end it is.
        document: Its document; it gets another id when nobody knows whether the ledger has it.
        note: Told what a person should know.

    Raises:
        OperationError: The evidence folder cannot be written.
    """
    entry = None
    try:
        entry = _write_end(target, connection, kind, document)
    except RempartError as trouble:
        note(f"the ledger could not be written ({trouble.message}): the evidence folder has the record")
        # It may have been written all the same, and the next run writes what the ledger says beside this.
        document["id"] += "-unconfirmed"
    evidence.write(target.config, document, entry)


def _write_end(target: Target, connection: Connection, kind: str, document: Mapping[str, Any]) -> ledger.Entry | None:
    """The entry that ends a deployment; None where there is no ledger.

    When the session is lost, nobody knows whether it was written: another session looks, and writes what is missing.
    """
    deployment, content = str(document["id"]), evidence.recorded(document)
    try:
        with in_words():
            return ledger.append(connection, kind, deployment, content) if ledger.exists(connection) else None
    except RempartError:
        with in_words(), target.connection("record") as another:
            for entry in ledger.entries(another):
                if entry.deployment == deployment and entry.kind == kind:
                    return entry
            return ledger.append(another, kind, deployment, content)


def committed(
    target: Target, deployment: str, steps: Sequence[Step], done: Sequence[tuple[Step, float, int]]
) -> list[tuple[Step, float, int]]:
    """The revisions of a deployment that are committed, the one too whose COMMIT was not answered.

    Args:
        target: The environment.
        deployment: Which deployment.
        steps: Its revisions.
        done: Those that are known to be committed, with the seconds they took and the number of attempts.

    Returns:
        As much as can be found out.
    """
    try:
        with in_words(), target.connection("record") as another:
            entries = ledger.entries(another)
    except RempartError:
        return list(done)
    took = {
        str(entry.content["revision"]): float(entry.content["seconds"])
        for entry in entries
        if entry.kind == "revision" and entry.deployment == deployment
    }
    known = {step.revision for step, _, _ in done}
    return [
        *done,
        *((one, took[one.revision], 1) for one in steps if one.revision in took and one.revision not in known),
    ]
