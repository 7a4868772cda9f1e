"""The lock file of released revisions: what has run somewhere is never edited.

`released.lock` stands beside `env.py`; each line is `revision sha256`, `#` begins a comment. It is written by
`python -m rempart.revisions.released`, which prints the lines for all revisions there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pglast.parser import ParseError, scan

from rempart.errors import UsageError
from rempart.lint.engine import Unit
from rempart.lint.rule import Problem
from rempart.sqltext.positioned import Place

FILE = "released.lock"
_COMMENTS = ("SQL_COMMENT", "C_COMMENT")


def digests(units: Sequence[Unit]) -> dict[str, str]:
    """The SHA-256 of each revision's SQL, upgrade and downgrade. Comments and white space do not count.

    Args:
        units: Of revisions.
    """
    found: dict[str, list[str]] = {}
    for unit in units:
        if unit.revision is not None:
            texts = found.setdefault(unit.revision, [])
            texts.append(unit.direction)
            texts.extend(_without_comments(text.text) for text in unit.texts)
    return {revision: hashlib.sha256("\n".join(texts).encode()).hexdigest() for revision, texts in found.items()}


def problems(
    folder: Path, here: Path, units: Sequence[Unit], places: Mapping[str, Place]
) -> Iterator[tuple[str, Problem]]:
    """Problems of rule `edited-revision`; none without a lock file.

    Args:
        folder: Of the revisions, where the lock file stands.
        here: The folder that paths are shown relative to.
        units: Of all revisions.
        places: Where each revision's file says which revision it is.

    Raises:
        UsageError: The lock file cannot be read, or a line is not understood.
    """
    file = folder.resolve() / FILE
    if not file.is_file():
        return
    shown = file.relative_to(here).as_posix() if file.is_relative_to(here) else file.as_posix()
    now = digests(units)
    for number, revision, digest in _read(file, shown):
        if revision not in places:
            message = f"revision {revision} was released and is gone"
            yield "edited-revision", Problem(message, Place(shown, number, 1), revision)
        elif now.get(revision) != digest:
            edited = "its SQL was edited since" if revision in now else "no SQL of it is known now"
            message = f"revision {revision} was released and {edited} ({shown}:{number})"
            yield "edited-revision", Problem(message, places[revision], revision)


def released(folder: Path) -> int | None:
    """How many revisions the lock file lists; None when there is no lock file.

    Args:
        folder: Of the revisions, where it stands.

    Raises:
        UsageError: It cannot be read, or a line is not understood.
    """
    file = folder / FILE
    return len(list(_read(file, FILE))) if file.is_file() else None


def _read(file: Path, shown: str) -> Iterator[tuple[int, str, str]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown} cannot be read: {error}.", "Make it a readable file in UTF-8.") from None
    for number, line in enumerate(lines, start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or len(words[1]) != hashlib.sha256().digest_size * 2:
            raise UsageError(f"{shown}:{number} is not `revision sha256`.", "Correct the line.")
        yield number, words[0], words[1].lower()


def _without_comments(sql: str) -> str:
    try:
        tokens = scan(sql)
    except ParseError:
        return sql
    return " ".join(sql[token.start : token.end + 1] for token in tokens if token.name not in _COMMENTS)


def main() -> None:
    """Print the lock file for the project around the current folder."""
    from rempart.config import Config
    from rempart.revisions.lint_units import revision_units

    for revision, digest in digests(revision_units(Config.find()).units).items():
        print(revision, digest)


if __name__ == "__main__":
    main()
