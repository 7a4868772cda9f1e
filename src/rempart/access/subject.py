"""The database that is observed: a source of the project, built on a throw-away server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rempart.config import Config
from rempart.errors import UsageError
from rempart.postgres import databases, platform
from rempart.postgres.binaries import DEFAULT_MAJOR
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import connect
from rempart.sources import declared

DECLARED = "declared"
_REVISIONS = "revisions"


@contextmanager
def built(config: Config, source: str, step: Callable[[str], None], major: int = DEFAULT_MAJOR) -> Iterator[str]:
    """A throw-away database with the objects of a source and no rows, gone at the end of the block.

    Args:
        config: The project.
        source: `declared`, `revisions` or `revisions@REV`.
        step: Receives what is being done.
        major: Major version of the embedded Postgres.

    Returns:
        The superuser's URL of the database.

    Raises:
        UsageError: There is no such source, or its SQL is wrong.
        OperationError: The server, or a statement, failed.
    """
    kind, _, revision = source.partition("@")
    if kind not in (DECLARED, _REVISIONS) or (kind == DECLARED and revision):
        raise UsageError(
            f"{source} is no source of an access map.", f"write {DECLARED}, {_REVISIONS} or {_REVISIONS}@REV"
        )
    step("starting Postgres")
    with temporary_server(major) as server:
        databases.create(server, config.database)
        platform.install(server, config.database, config.platform, config.owner)
        step(f"loading {source}")
        url = server.url(config.database)
        if kind == DECLARED:
            with connect(url) as connection:
                declared.load(connection, config)
        else:
            from rempart.revisions import runner  # alembic and SQLAlchemy are slow to import

            runner.upgrade(server.url(config.database, config.owner), revision or "head", config)
        yield url
