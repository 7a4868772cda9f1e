"""The project's sample data, entered by the sessions that would enter it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import psycopg

from rempart.access.personas import become, load_personas
from rempart.config import Config
from rempart.errors import OperationError, UsageError
from rempart.postgres.server import connect, parse, with_database

_OWNER = "owner"


def load(url: str, config: Config) -> None:
    """Load the sample data into a database at head.

    Each file runs in one transaction: as the owner, or as a persona through the gateway's login role, so that
    what users enter passes row security and triggers like any request.

    Args:
        url: A URL of the database; its host and password are used for the owner and the gateway.
        config: The project.

    Raises:
        UsageError: ``steps.toml`` is missing or names an unknown file or persona.
        OperationError: A file was refused by the database; the earlier ones stay.
    """
    personas = load_personas(config)
    for file, session in _steps(config):
        if session != _OWNER and session not in personas:
            raise UsageError(
                f"{config.sample / 'steps.toml'}: {session} is not a persona.",
                next_step=f"use owner, or a name from {config.personas}",
            )
        text = file.read_text(encoding="utf-8")
        login = config.owner if session == _OWNER else config.gateway_role
        with connect(_as_role(url, login)) as connection:
            try:
                if session == _OWNER:
                    with connection.transaction():
                        connection.execute(text.encode())
                else:
                    with become(connection, personas[session], config):
                        connection.execute(text.encode())
            except psycopg.Error as error:
                raise OperationError(
                    f"sample data: {file.name} as {session} was refused: {error}",
                    next_step="the database must be at head and hold no sample data yet",
                ) from None


def _as_role(url: str, role: str) -> str:
    parameters = parse(url)
    return with_database(parameters, str(parameters["dbname"]), role)


def _steps(config: Config) -> list[tuple[Path, str]]:
    path = config.sample / "steps.toml"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["step"]
        steps = [(config.sample / entry["file"], str(entry["as"])) for entry in entries]
    except FileNotFoundError:
        raise UsageError(f"there is no {path}.", next_step="write it, or leave out the sample data") from None
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise UsageError(f"{path} does not list steps: {error}", next_step="each [[step]] has file and as") from None
    for file, _ in steps:
        if not file.is_file():
            raise UsageError(f"{path} names {file.name}, which is not there.", next_step="correct the name")
    return steps
