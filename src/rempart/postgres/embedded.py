"""Throw-away servers from the embedded programs: private, fast rather than durable, gone at the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from rempart.errors import OperationError
from rempart.postgres import account, binaries, cluster, leftovers
from rempart.postgres.cluster import EmbeddedServer
from rempart.postgres.interruption import uninterrupted, unwinding

_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def temporary_server(
    major: int = binaries.DEFAULT_MAJOR, settings: Mapping[str, str] | None = None
) -> Iterator[EmbeddedServer]:
    """A new server in a private temporary folder, stopped and removed at the end of the block.

    The end may also be an exception, Ctrl-C, SIGTERM or SIGHUP. What a killed command left is removed first.

    Args:
        major: Major version, one of :func:`rempart.postgres.binaries.installed`.
        settings: Server settings, added to those that trade durability for speed.

    Raises:
        UsageError: There is no embedded Postgres of that version.
        OperationError: The server could not be made; nothing of it is left.
    """
    with unwinding():
        leftovers.sweep()
        runner = account.unprivileged()
        installation = binaries.embedded(major, runner)
        token = leftovers.new_token()
        folder = cluster.temporary_root(runner) / f"{leftovers.FOLDER_PREFIX}{token}"
        data = folder / "data"
        record = leftovers.register(token=token, data=data, folders=(folder,))
        try:
            try:
                folder.mkdir(mode=0o700)
                runner.make_private(folder)
            except OSError as error:
                raise OperationError(
                    f"{folder} could not be made: {error.strerror}.",
                    next_step="set TMPDIR to a writable folder",
                ) from None
            launch = partial(
                cluster.launch,
                installation, runner, data, folder, folder / "log", _NOT_DURABLE | dict(settings or {}),
            )  # fmt: skip
            copied = cluster.initialise(installation, runner, data, durable=False)
            try:
                server = launch()
            except OperationError:
                if not copied:
                    raise
                # What is kept may be spoiled, or else it is the settings, and this fails in the same way.
                shutil.rmtree(data)
                cluster.initialise(installation, runner, data, durable=False, anew=True)
                server = launch()
            record = leftovers.started(record, server.postmaster)
            yield server
        finally:
            with uninterrupted():
                leftovers.discard(record)
