"""The access map that is committed: written, and compared with what is observed."""

from __future__ import annotations

from rempart.access import mapfile
from rempart.access.model import AccessMap
from rempart.config import Config
from rempart.errors import OperationError


def write(config: Config, access_map: AccessMap) -> None:
    """Write the map to the project's file.

    Args:
        config: The project.
        access_map: What was observed.

    Raises:
        OperationError: The file cannot be written.
    """
    try:
        config.access_map.write_text(mapfile.text_of(access_map), encoding="utf-8")
    except OSError as error:
        raise OperationError(f"{config.access_map} cannot be written: {error.strerror}.", "make it writable") from None


def difference(config: Config, access_map: AccessMap) -> str:
    """The lines in which the project's file differs from what was observed, as a unified diff; empty for none.

    Args:
        config: The project.
        access_map: What was observed.

    Raises:
        OperationError: The file cannot be read.
    """
    try:
        written = config.access_map.read_text(encoding="utf-8")
    except FileNotFoundError:
        written = ""
    except (OSError, UnicodeDecodeError) as error:
        raise OperationError(
            f"{config.access_map} cannot be read: {error}.", "write it with `rempart access --write`"
        ) from None
    return mapfile.difference(written, mapfile.text_of(access_map), config.access_map.name)
