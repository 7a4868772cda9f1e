"""Migration safety by squawk: its binary judges the SQL of each revision, and its findings get our names and places."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rempart.errors import OperationError, UsageError
from rempart.lint.engine import Unit
from rempart.lint.revision_objects import RevisionObjects
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.squawk_rules import NEWER, PREFIX, UNREAD, is_about_clients, is_about_objects, opt_in, squawk_rules
from rempart.lint.statement import Direction
from rempart.sqltext.parse import parse
from rempart.sqltext.positioned import PositionedText

OLDEST_SERVER = "15.0"
"""The version of Postgres to judge for: newer ones lock less."""
AUTOCOMMIT = "autocommit_block()"
"""Stands in the COMMIT and BEGIN that Alembic runs around an autocommit block; these nest no transactions."""

_SEPARATOR = "\n;\n"
_TIMEOUT_SECONDS = 120
_LONGEST_SHOWN = 60
_ABOUT_TRANSACTIONS = frozenset({"transaction-nesting", "ban-uncommitted-transaction"})


def rules() -> tuple[Rule, ...]:
    """The rules whose findings `checker` gives, sorted by name."""
    return squawk_rules()


def checker(units: Sequence[Unit], settings: Settings) -> Iterator[tuple[str, Problem]]:
    """Judge the revisions among the units; an `engine.Checker`.

    Args:
        units: Files are passed over: a declared state creates everything, and locks nobody out.
        settings: Tell which rules are wanted that squawk leaves out unless asked.

    Raises:
        UsageError: Squawk is not installed.
        OperationError: It failed.
    """
    scripts = [_Script(unit) for unit in units if unit.direction is not Direction.FILE and unit.texts]
    if scripts:
        known = {rule.name for rule in rules()}
        for number, found in _run([script.sql for script in scripts], opt_in(settings.severities)):
            if (problem := scripts[number].problem(found)) is not None:
                name = PREFIX + found["rule_name"]
                if name in known:
                    yield name, problem
                else:
                    message = f"{problem.message} (squawk's rule {found['rule_name']})"
                    yield NEWER, Problem(message, problem.place)


@dataclass(frozen=True)
class _Piece:
    """A text of a unit, at an index of the joined one."""

    start: int
    text: PositionedText


class _Script:
    """The texts of a unit as one, as they run in one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._objects = RevisionObjects(unit.texts)
        self._pieces: list[_Piece] = []
        parts: list[str] = []
        at = 0
        for text in unit.texts:
            self._pieces.append(_Piece(at, text))
            parts.extend((text.text, _SEPARATOR))
            at += len(text.text) + len(_SEPARATOR)
        joined = "".join(parts)
        # Squawk's own comments give no reason: a finding is allowed by one of ours.
        self.sql = joined.replace("squawk-", "squawk_")
        self._line_starts = [0]
        while (found := joined.find("\n", self._line_starts[-1])) >= 0:
            self._line_starts.append(found + 1)

    def problem(self, found: Mapping[str, Any]) -> Problem | None:
        """What squawk found, in our words; None when it does not apply."""
        rule = str(found["rule_name"])
        start = self._index(found["line"], found["column"])
        end = self._index(found["line_end"], found["column_end"])
        number = bisect_right([piece.start for piece in self._pieces], start) - 1
        text, at = self._pieces[number].text, start - self._pieces[number].start
        place = text.place(min(at, len(text.text)))
        if rule == UNREAD.removeprefix(PREFIX):
            if parse(text).troubles:
                return None
            return Problem(f"squawk cannot read this: {found['message']}; no lock of this revision was checked", place)
        if rule in _ABOUT_TRANSACTIONS and AUTOCOMMIT in text.text:
            return None
        if is_about_clients(rule) and (
            self._unit.direction is Direction.DOWNGRADE or self._objects.is_recreated(number, at)
        ):
            return None
        if is_about_objects(rule) and self._objects.is_own(number, at):
            return None
        return Problem(f"{_shown(self.sql[start:end])}: {_one_line(found['message'])}", place)

    def _index(self, line: int, column: int) -> int:
        """Index of a position, whose columns count bytes, both from 0."""
        start = self._line_starts[min(line, len(self._line_starts) - 1)]
        end = self.sql.find("\n", start)
        text = self.sql[start : end if end >= 0 else len(self.sql)]
        return start + (column if text.isascii() else len(text.encode()[:column].decode(errors="ignore")))


def _run(scripts: Sequence[str], include: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Run squawk once on all scripts; gives what it found with the number of the script."""
    binary = _binary()
    with TemporaryDirectory(prefix="rempart-squawk-") as folder:
        for number, sql in enumerate(scripts):
            Path(folder, f"{number}.sql").write_text(sql, encoding="utf-8", newline="")
        # A configuration of its own keeps out one that lies above the folder: ours is the only one.
        configuration = Path(folder, "squawk.toml")
        configuration.write_text("", encoding="utf-8")
        options = ["--reporter", "json", "--config", str(configuration), "--pg-version", OLDEST_SERVER]
        options += ["--assume-in-transaction", *(f"--include={name}" for name in include), "*.sql"]
        try:
            done = subprocess.run(
                [binary, *options],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
            findings = json.loads(done.stdout)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise OperationError(f"squawk could not be run: {error}.", f"Try {binary} --version.") from None
        except ValueError:
            reason = _one_line(done.stderr) or f"exit code {done.returncode}"
            raise OperationError(f"squawk failed: {reason}.", f"Try {binary} --version.") from None
    for found in findings:
        yield int(Path(found["file"]).stem), found


def _binary() -> str:
    """Where squawk is: beside the running interpreter, or on the path."""
    for place in (str(Path(sys.executable).parent), None):
        if found := shutil.which("squawk", path=place):
            return found
    raise UsageError(
        "squawk is not installed, and revisions cannot be checked for locks without it.",
        next_step="pip install squawk-cli",
    )


def _shown(sql: str) -> str:
    written = _one_line(sql).rstrip("; ")
    return written if len(written) <= _LONGEST_SHOWN else written[: _LONGEST_SHOWN - 3] + "..."


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
