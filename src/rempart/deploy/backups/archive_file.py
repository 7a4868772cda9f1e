"""What a dump file tells of itself: how it is written, by which version, when, and what it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pglast.parser

from rempart.deploy.backups.programs import ProgramFailure, run
from rempart.deploy.backups.source import LARGE_OBJECTS
from rempart.errors import GateFailure, UsageError
from rempart.postgres import binaries

_DATA = "TABLE DATA "
_TAR_MARK = (257, b"ustar")
_HEADER = re.compile(r"^(?:;|--)\s+Dumped (from database|by pg_dump) version:? (\d+)", re.M)
_NAME = re.compile(r"^;\s+dbname: (.*)$", re.M)
_CREATED = re.compile(r"^; Archive created at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", re.M)
_ENTRY = re.compile(r"^\d+; \d+ \d+ (.*)$", re.M)
_WORD = r'(?:"(?:[^"]|"")+"|[^\s".(]+)'
_COPY = re.compile(rf"^COPY ({_WORD})\.({_WORD}) .*FROM stdin;$")
_INSERT = re.compile(rf"^INSERT INTO ({_WORD})\.({_WORD}) ")


@dataclass(frozen=True)
class Archive:
    """A dump.

    Attributes:
        path: The file, or the folder of the directory format.
        format: `custom`, `directory`, `tar` or `plain`.
        database: Name of the database; None when the dump does not tell.
        server: Major version of the server.
        written_by: Major version of the pg_dump that wrote it.
        taken_at: When it was taken.
        clock: Whose clock says so: `archive` or `file`.
        entries: What it holds: the lines of its table of contents; of a plain one, the tables with rows.
        creates: Whether it makes tables.
        inserts: Whether rows are written as INSERT statements, which do not name the tables that are empty.
    """

    path: Path
    format: str
    database: str | None
    server: int
    written_by: int
    taken_at: datetime
    clock: str
    entries: tuple[str, ...]
    creates: bool
    inserts: bool = False

    @property
    def data_only(self) -> bool:
        """Whether it holds rows and no schema."""
        return self.has_data and not self.creates

    @property
    def has_data(self) -> bool:
        """Whether it holds the rows of any table."""
        return any(entry.startswith(_DATA) for entry in self.entries)

    def lacking(self, tables: Iterable[str]) -> tuple[str, ...]:
        """The tables whose rows it does not hold.

        Args:
            tables: Their names, as `rempart.deploy.backups.source.rows_of` writes them.
        """
        if self.inserts:
            return ()
        held: set[str] = set()
        for entry in self.entries:
            if entry.startswith(_DATA):
                words = _plain(entry.removeprefix(_DATA)).split(" ")
                held.update(" ".join(words[:count]) for count in range(2, len(words) + 1))
        return tuple(table for table in sorted(tables) if table != LARGE_OBJECTS and _plain(table) not in held)


def read(path: Path) -> Archive:
    """Look into a dump.

    Args:
        path: A file of pg_dump in any format, or the folder of the directory format.

    Raises:
        UsageError: There is no such file, or it is none of pg_dump.
        GateFailure: Its table of contents cannot be read.
    """
    try:
        kind = _format(path)
        changed_at = datetime.fromtimestamp((path / "toc.dat" if path.is_dir() else path).stat().st_mtime, UTC)
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}.", "name the file of a dump") from None
    return _read_plain(path, changed_at) if kind == "plain" else _read_listed(path, kind, changed_at)


def roles_named(archive: Archive) -> tuple[str, ...]:
    """The roles that a dump names: owners, grantees, and those of policies. None when its SQL is not understood.

    Args:
        archive: The dump.
    """
    if archive.format == "plain":
        text = "".join(line for line, in_data in _lines(archive.path) if not in_data and not line.startswith("\\"))
    else:
        text, _ = run(_newest(), "pg_restore", ["--schema-only", "--file=-", str(archive.path)])
        text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("\\"))
    try:
        tree = json.loads(pglast.parser.parse_sql_json(text))
    except pglast.parser.ParseError:
        return ()
    return tuple(sorted(set(_role_names(tree))))


def _role_names(tree: Any) -> Iterator[str]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            if node.get("roletype") == "ROLESPEC_CSTRING":
                yield node["rolename"]
            waiting.extend(node.values())


def _format(path: Path) -> str:
    if path.is_dir():
        if not (path / "toc.dat").is_file():
            raise UsageError(f"{path} is no dump in directory format: it has no toc.dat.", "name the file of a dump")
        return "directory"
    with path.open("rb") as stream:
        start = stream.read(512)
    if start.startswith(b"\x1f\x8b"):
        raise UsageError(f"{path} is compressed by gzip.", next_step="unpack it by gunzip, and name what comes out")
    if start.startswith(b"PGDMP"):
        return "custom"
    return "tar" if start[_TAR_MARK[0] :].startswith(_TAR_MARK[1]) else "plain"


def _read_listed(path: Path, kind: str, changed_at: datetime) -> Archive:
    try:
        listed, _ = run(_newest(), "pg_restore", ["--list", str(path)])
    except ProgramFailure as failure:
        raise GateFailure(
            f"{path} cannot be read as a dump: {failure.said}.",
            next_step="the file is damaged, cut off, or of a newer pg_dump: take the backup again",
        ) from None
    server, written_by = _versions(path, listed)
    name, created = _NAME.search(listed), _CREATED.search(listed)
    # The archive has the local time of the machine that wrote it, without its zone: it is never taken for newer than
    # the file.
    at = datetime.fromisoformat(created[1]).astimezone(UTC) if created else changed_at
    entries = tuple(_ENTRY.findall(listed))
    creates = any(entry.startswith("TABLE ") and not entry.startswith(_DATA) for entry in entries)
    clock = "archive" if created and at <= changed_at else "file"
    taken_at = min(at, changed_at)
    return Archive(path, kind, name[1] if name else None, server, written_by, taken_at, clock, entries, creates)


def _read_plain(path: Path, changed_at: datetime) -> Archive:
    head, tables, creates, inserts = "", set(), False, False
    for line, in_data in _lines(path):
        if in_data:
            continue
        if line.startswith("\\connect "):
            raise UsageError(
                f"{path} is of a whole server, by pg_dumpall.", next_step="take a dump of the one database by pg_dump"
            )
        if line.startswith("-- Dumped "):
            head += line
        creates = creates or line.startswith("CREATE TABLE ")
        inserted = _INSERT.match(line)
        inserts = inserts or bool(inserted)
        if found := inserted or _COPY.match(line):
            tables.add(f"{_DATA}{_unquoted(found[1])} {_unquoted(found[2])}")
    server, written_by = _versions(path, head)
    return Archive(path, "plain", None, server, written_by, changed_at, "file", tuple(sorted(tables)), creates, inserts)


def _lines(path: Path) -> Iterator[tuple[str, bool]]:
    """The lines of a plain dump, and whether each is part of the rows of a COPY."""
    in_data = False
    with path.open(encoding="utf-8", errors="replace", newline="\n") as stream:
        for line in stream:
            yield line, in_data
            in_data = not line.startswith("\\.") if in_data else bool(_COPY.match(line))


def _versions(path: Path, text: str) -> tuple[int, int]:
    """Major versions of the server and of pg_dump."""
    found = {what: int(major) for what, major in _HEADER.findall(text)}
    try:
        return found["from database"], found["by pg_dump"]
    except KeyError:
        raise UsageError(
            f"{path} does not say by which pg_dump it was written.", next_step="name the file of a dump by pg_dump"
        ) from None


def _plain(name: str) -> str:
    return name.replace(".", " ")


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _newest() -> int:
    """The newest programs read what older ones wrote."""
    return max(binaries.installed())
