"""The file that says a data directory is rempart's, and how far its making got."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from rempart.errors import OperationError, UsageError

NAME = "rempart.json"
_FORMAT = 1

State = Literal["installing", "ready"]
Sample = Literal["none", "loading", "loaded"]


@dataclass(frozen=True)
class Marker:
    """What the marker file says.

    Attributes:
        rempart: Version of the tool that made the directory.
        major: Major version of its Postgres.
        state: ``installing`` until the first installation has ended; a directory found in that state holds no
            data of anybody.
        socket_folder: Folder of the socket when the directory's own path is too long for one.
        sample: How far the loading of the sample data got.
    """

    rempart: str
    major: int
    state: State
    socket_folder: Path | None = None
    sample: Sample = "none"


def read(folder: Path) -> Marker | None:
    """The marker of a folder; None when it has none.

    Raises:
        OperationError: The file cannot be read or is damaged.
        UsageError: A later version of rempart wrote it.
    """
    file = folder / NAME
    try:
        value = json.loads(file.read_text())
        if value["format"] > _FORMAT:
            raise UsageError(
                f"{folder} was made by rempart {value['rempart']}, which this version does not understand.",
                next_step="update rempart, or choose another folder with --data-dir",
            )
        if value["state"] not in get_args(State) or value["sample"] not in get_args(Sample):
            raise ValueError(value)
        return Marker(
            rempart=str(value["rempart"]),
            major=int(value["major"]),
            state=value["state"],
            socket_folder=Path(value["socket_folder"]) if value["socket_folder"] else None,
            sample=value["sample"],
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OperationError(
            f"{file} cannot be read: {error.strerror}.",
            next_step="run the command as the owner of the folder",
        ) from None
    except (ValueError, KeyError, TypeError):
        raise OperationError(
            f"{file} is damaged, so it is not known what {folder} holds.",
            next_step=f"move {folder} away if its data matters, or remove it; then run `rempart up` again",
        ) from None


def write(folder: Path, marker: Marker) -> None:
    """Write the marker of a folder, in one step.

    Raises:
        OSError: The folder cannot be written.
    """
    half = folder / f"{NAME}.new"
    half.write_text(json.dumps({"format": _FORMAT} | asdict(marker), default=str, indent=2) + "\n")
    half.rename(folder / NAME)
