"""The database that is observed: a source of the project, built on a throw-away server."""

from __future__ import annotations

from rempart.access.model import AccessMap
from rempart.access.observe import observe
from rempart.errors import UsageError
from rempart.revisions.workbench import Workbench
from rempart.sources.source import Source


def observe_source(bench: Workbench, source: Source) -> AccessMap:
    """Make the access map of a source.

    Args:
        bench: A throw-away server, and the project.
        source: The source; not a live one, where nothing may be tried.

    Raises:
        UsageError: The source is a live database, does not exist, or does not fit the personas.
        OperationError: It could not be built.
    """
    refuse_live(source)
    # What is observed is put back as it was, sequences aside: others may want the database.
    name = bench.copy(bench.database(source))
    return observe(bench.server.url(name), bench.config, bench.step)


def refuse_live(source: Source) -> None:
    """Refuse a database that exists already: what is tried there may call its functions.

    Args:
        source: The source.

    Raises:
        UsageError: It is a live one.
    """
    if source.is_live:
        raise UsageError(
            f"{source.shown} is a live database: nothing is tried there.",
            "`rempart audit` looks at it; `rempart access revisions` shows what a database at head gives.",
        )
