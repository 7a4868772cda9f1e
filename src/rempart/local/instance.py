"""The developer's own database: an embedded server on a data directory, with the project in it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rempart.config import Config
from rempart.errors import OperationError
from rempart.postgres import account, databases, leftovers, platform
from rempart.postgres.directory import DataDirectory
from rempart.postgres.server import Server, parse

DEFAULT_FOLDER = Path(".rempart/data")
FOLDER_FOR_ROOT = Path("/var/lib/rempart")

_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER"}
_ADDRESSES = ("PGHOSTADDR", "PGSERVICE", "PGSSLMODE", "PGCHANNELBINDING", "PGREQUIREAUTH")

Report = Callable[[str], None]


@dataclass(frozen=True)
class Started:
    """What ``up`` did.

    Attributes:
        label: Kind and version of the server.
        folder: Its data directory.
        was_running: Whether it ran before.
        revisions: The revisions that were applied, in order.
        sample_loaded: Whether the sample data was loaded now.
    """

    label: str
    folder: Path
    was_running: bool
    revisions: list[str]
    sample_loaded: bool


def folder_of(config: Config, chosen: Path | None) -> Path:
    """The data directory: the chosen one, or the project's own.

    For root it is one below ``/var/lib/rempart`` when the account that runs the server cannot enter the project, such
    as a clone in root's home.
    """
    if chosen is not None:
        return chosen
    inside = config.root / DEFAULT_FOLDER
    if os.geteuid() != 0 or inside.exists() or account.unprivileged().refused_at(config.root) is None:
        return inside
    digest = hashlib.sha256(os.fsencode(config.root)).hexdigest()[:12]
    return FOLDER_FOR_ROOT / f"{config.root.name}-{digest}"


def up(config: Config, folder: Path, major: int | None, *, sample: bool, step: Report, note: Report) -> Started:
    """Start the local database and bring it to the newest revision; run again, it does what is missing.

    Args:
        config: The project.
        folder: The data directory.
        major: Major version of Postgres; None takes what the directory holds, or the newest.
        sample: Whether to load the sample data, unless it is there.
        step: Receives what is being done.
        note: Receives what the user should know.

    Raises:
        RempartError: Something is wrong with the folder, the server, the platform's files, a revision or the
            sample data. A directory that was new is gone again then.
    """
    sweep(note)
    directory = DataDirectory(folder, major, note)
    before = directory.running()
    applied: list[str] = []
    loaded: list[bool] = []

    def prepare(server: Server) -> None:
        if not databases.exists(server, config.database):
            databases.create(server, config.database)
        step("installing the platform stand-in")
        platform.install(server, config.database, config.platform, config.owner)
        step("applying revisions")
        applied.extend(_upgrade(server, config))
        if sample:
            step("loading the sample data")
            loaded.append(_load_sample(directory, server, config))

    step("starting Postgres")
    server = directory.start(prepare)
    return Started(server.label, directory.path, before is not None, applied, any(loaded))


def down(folder: Path, note: Report) -> bool:
    """Stop the server of a data directory; its data stays.

    Args:
        folder: The data directory.
        note: Receives what the user should know.

    Returns:
        Whether a server was running.

    Raises:
        RempartError: The folder is not a data directory of rempart, or cannot be used.
    """
    sweep(note)
    return DataDirectory(folder, note=note).stop()


def running(folder: Path) -> Server:
    """The server of a data directory.

    Raises:
        OperationError: None runs.
    """
    server = DataDirectory(folder).running()
    if server is None:
        raise OperationError(f"no server runs in {folder}.", next_step="start it with `rempart up`")
    return server


def psql_command(server: Server, database: str, arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """The command line of psql on a database, and its environment.

    The program is of the server's own version where there is one. The address stands in the environment: a database
    or role that the arguments name then is one of the same server.

    Args:
        server: The server.
        database: The database, if the arguments name none.
        arguments: For psql.

    Raises:
        OperationError: There is no psql.
    """
    own = server.bin_dir / "psql" if server.bin_dir else None
    program = str(own) if own and os.access(own, os.X_OK) else shutil.which("psql")
    if program is None:
        raise OperationError("there is no program psql.", next_step="install the PostgreSQL client programs")
    # Whatever libpq would take from the caller's environment is meant for another server.
    environment = {name: value for name, value in os.environ.items() if name not in _ADDRESSES}
    parameters = parse(server.url(database))
    environment |= {_VARIABLES[name]: str(value) for name, value in parameters.items()}
    return [program, *arguments], environment


def sweep(note: Report) -> None:
    """Stop and remove what killed commands have left, and say so."""
    if count := leftovers.sweep():
        note(f"stopped and removed what {count} killed command{'s' if count > 1 else ''} had left")


def _upgrade(server: Server, config: Config) -> list[str]:
    from rempart.revisions import runner  # alembic and SQLAlchemy are slow to import

    return runner.upgrade(server.url(config.database, config.owner), "head", config)


def _load_sample(directory: DataDirectory, server: Server, config: Config) -> bool:
    from rempart.local.sample import load

    state = directory.sample()
    if state == "loaded":
        return False
    if state == "loading":
        raise OperationError(
            f"the sample data in {directory.path} is there in part: loading it was interrupted.",
            next_step=f"`rempart down`, remove {directory.path} and run `rempart up --sample` again",
        )
    directory.note_sample("loading")
    load(server.url(config.database), config)
    directory.note_sample("loaded")
    return True
