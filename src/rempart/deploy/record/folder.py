"""What the evidence folder holds and how: its files, their names, and the index."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rempart.config import Config
from rempart.deploy.record.ledger import Entry, without_passwords
from rempart.deploy.record.log_entry import log_entry
from rempart.errors import OperationError, UsageError

INDEX = "index"
_NONE = "-"
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
_LINE = re.compile(
    r"([0-9a-f]{64})  ([0-9A-Za-z][0-9A-Za-z._-]*\.json)  ([1-9][0-9]*|-) ([0-9a-f]{64}|-)  ([0-9a-f]{64})"
)


@dataclass(frozen=True)
class Anchor:
    """A line of the index.

    Attributes:
        sha256: Of the bytes of the JSON file.
        file: Name of the JSON file.
        number: The ledger's entry that tells the same; None when the run is in no ledger.
        digest: The digest of that entry; None likewise.
        page: SHA-256 of number, digest and the bytes of the page: a later version of this program may render it
            otherwise.
    """

    sha256: str
    file: str
    number: int | None
    digest: str | None
    page: str = ""

    @property
    def id(self) -> str:
        """Identifier of the deployment."""
        return self.file.removesuffix(".json")

    @property
    def line(self) -> str:
        """As it is written, without the end of the line."""
        return f"{self.sha256}  {self.file}  {self.number or _NONE} {self.digest or _NONE}  {self.page}"

    def seal(self, page: bytes) -> str:
        """What `page` has to be for a page.

        Args:
            page: Its bytes.
        """
        return hashlib.sha256(f"{self.number} {self.digest} ".encode() + page).hexdigest()


@dataclass(frozen=True)
class Index:
    """The index of an environment.

    Attributes:
        anchors: Its lines, in order.
        unreadable: Numbers of the lines that are none, from 1.
    """

    anchors: tuple[Anchor, ...]
    unreadable: tuple[int, ...] = ()

    def of(self, file: str) -> Anchor | None:
        """The line of a JSON file; the first one when there are several.

        Args:
            file: Its name.
        """
        return next((one for one in self.anchors if one.file == file), None)


def is_name(name: str) -> bool:
    """Whether a name can be that of a file or a folder of the evidence, and of nothing elsewhere.

    Args:
        name: The name.
    """
    return _NAME.fullmatch(name) is not None


def folder_of(config: Config, environment: str) -> Path:
    """Where the evidence of an environment is kept.

    Args:
        config: The project.
        environment: Name of the environment.

    Raises:
        UsageError: The name cannot be that of a folder.
    """
    if not is_name(environment):
        raise UsageError(
            f"{environment!r} cannot be the name of an evidence folder.",
            "Name the environment with letters, digits, dots, dashes and underscores.",
        )
    return config.deployment.evidence / environment


def file_of(document: Mapping[str, Any]) -> str | None:
    """The name of a deployment's JSON file; None when its identifier cannot be one.

    Args:
        document: What is known of the deployment.
    """
    name = f"{document.get('id')}.json"
    return name if is_name(name) else None


def files_of(folder: Path) -> list[Path]:
    """The JSON files of an environment, the earliest deployment first.

    Args:
        folder: The environment's folder; it need not be there.
    """
    return sorted(file for file in folder.glob("*.json") if is_name(file.name))


def load(file: Path) -> Mapping[str, Any] | None:
    """The document in a JSON file; None when the file holds none.

    Args:
        file: The file.
    """
    try:
        value = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def document_of(entry: Entry) -> Mapping[str, Any] | None:
    """The document that an entry of the ledger holds; None when it holds none.

    Args:
        entry: The entry.
    """
    document = entry.content.get("document")
    return document if isinstance(document, Mapping) else None


def file_bytes(document: Mapping[str, Any]) -> bytes:
    """The JSON file of a deployment; the same document always gives the same bytes.

    Args:
        document: What is known of the deployment; passwords are masked.
    """
    text = json.dumps(without_passwords(document), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8", "backslashreplace")


def page_bytes(document: Mapping[str, Any], anchor: Anchor) -> bytes:
    """The Markdown page of a deployment.

    Args:
        document: What is known of the deployment.
        anchor: Its line of the index.
    """
    return log_entry(without_passwords(document), anchor.number, anchor.digest).encode("utf-8", "replace")


def index_text(folder: Path) -> str:
    """The index as it is written; empty when there is none.

    Args:
        folder: The environment's folder.

    Raises:
        OperationError: It cannot be read.
    """
    try:
        return (folder / INDEX).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise OperationError(
            f"{folder / INDEX} cannot be read: {error.strerror}.", "Make it a readable file."
        ) from None


def index_of(folder: Path) -> Index:
    """The index of an environment.

    Args:
        folder: The environment's folder.

    Returns:
        The index; an empty one when there is none.

    Raises:
        OperationError: It cannot be read.
    """
    anchors, unreadable = [], []
    for number, line in enumerate(index_text(folder).splitlines(), 1):
        if (found := _LINE.fullmatch(line)) and (found[3] == _NONE) == (found[4] == _NONE):
            entry = (None, None) if found[3] == _NONE else (int(found[3]), found[4])
            anchors.append(Anchor(found[1], found[2], entry[0], entry[1], found[5]))
        else:
            unreadable.append(number)
    return Index(tuple(anchors), tuple(unreadable))
