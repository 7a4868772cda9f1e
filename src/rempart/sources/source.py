"""How a source is written: anything a catalog can be read from."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rempart.errors import UsageError
from rempart.postgres.server import masked, shown

_URL_SCHEMES = ("postgresql://", "postgres://")


class SourceKind(StrEnum):
    """What a source is."""

    DECLARED = "declared"
    REVISIONS = "revisions"
    GIT = "git"
    ENVIRONMENT = "env"
    URL = "url"
    PATH = "path"


@dataclass(frozen=True)
class Source:
    """A source.

    Attributes:
        kind: What it is.
        detail: The revision, the git ref, the environment's name, the URL or the path; empty for `declared`.
        written: As it was written; a URL is never shown in full, see `shown`.
    """

    kind: SourceKind
    detail: str
    written: str

    @property
    def is_live(self) -> bool:
        """Whether it is a database that exists already."""
        return self.kind in (SourceKind.ENVIRONMENT, SourceKind.URL)

    @property
    def needs_project(self) -> bool:
        """Whether it is nothing without a project."""
        return self.kind not in (SourceKind.URL, SourceKind.PATH)

    @property
    def shown(self) -> str:
        """How it is shown: without the password of a URL."""
        return shown(self.written) if self.kind is SourceKind.URL else self.written


def parse(text: str) -> Source:
    """Understand a source.

    Args:
        text: `declared`, `revisions`, `revisions@REV`, `git:REF`, `env:NAME`, a `postgresql://` URL, or the path of
            a .sql file or a folder.

    Raises:
        UsageError: It is none of these.
    """
    if text == "declared":
        return Source(SourceKind.DECLARED, "", text)
    if text == "revisions":
        return Source(SourceKind.REVISIONS, "head", text)
    for prefix, kind in (
        ("revisions@", SourceKind.REVISIONS),
        ("git:", SourceKind.GIT),
        ("env:", SourceKind.ENVIRONMENT),
    ):
        if text.startswith(prefix) and text != prefix:
            return Source(kind, text.removeprefix(prefix), text)
    if text.startswith(_URL_SCHEMES):
        return Source(SourceKind.URL, text, text)
    with suppress(OSError):  # too long for a path, say
        if Path(text).exists():
            return Source(SourceKind.PATH, text, text)
    if "@" in text and ":" in text:
        text = "what was given, which may hold a password and is not shown,"
    looks_like_a_path = text.endswith(".sql") or ("/" in text and "://" not in text)
    raise UsageError(
        f"there is no file or folder {text}." if looks_like_a_path else f"{masked(text)} is no source.",
        "Write declared, revisions, revisions@REV, git:REF, env:NAME, a postgresql:// URL, or a .sql file or folder.",
    )
