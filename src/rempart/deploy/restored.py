"""A rehearsal with rows: on the latest backup, restored into a throw-away server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rempart.catalog.read import read
from rempart.deploy.backups import register
from rempart.deploy.backups.restoring import restored
from rempart.deploy.rehearsal import Rehearsal
from rempart.deploy.target import Target
from rempart.errors import UsageError
from rempart.postgres.server import connect
from rempart.revisions.workbench import without_anything_own


@contextmanager
def rehearsal_with_rows(target: Target, step: Callable[[str], None]) -> Iterator[Rehearsal]:
    """Restore the latest backup of an environment.

    Args:
        target: The environment.
        step: Told what is being done.

    Raises:
        UsageError: There is no backup with rows and schema.
        OperationError: It cannot be restored.
    """
    whole = [one for one in register.registered(target.config, target.name) if not one.data_only]
    if not whole:
        raise UsageError(
            f"there is no backup of {target.name} to try it on.", f"Take one: rempart backup --env {target.name}."
        )
    step(f"restoring the backup {whole[0].file}")
    with restored(target.config, whole[0], step) as (server, database):
        with connect(server.url(database)) as connection:
            catalog = without_anything_own(read(connection))
        yield Rehearsal(target.config, server, database, catalog)
