"""Typed access to tables of ``pyproject.toml``; every complaint names the file, the table and the key."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from rempart.errors import UsageError

_MAXIMUM_NAME_BYTES = 63
_SECONDS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86400}


class TableReader:
    """Reads one table.

    Args:
        table: Its parsed value.
        file: Where it stands.
        title: How it is called in messages.
        keys: The keys it may have.

    Raises:
        UsageError: It is no table, or has another key.
    """

    def __init__(self, table: object, file: Path, title: str, keys: set[str]) -> None:
        self._file, self._title = file, title
        if not isinstance(table, dict):
            raise UsageError(f"{title} in {file} is not a table.", next_step=f"write it as {title}")
        self.table: dict[str, object] = table
        if unknown := sorted(set(table) - keys):
            raise UsageError(
                f"{title} in {file} has an unknown key: {', '.join(unknown)}.",
                next_step=f"known keys: {', '.join(sorted(keys))}",
            )

    def _wrong(self, key: str, expected: str) -> UsageError:
        return UsageError(f"{key} of {self._title} in {self._file} is not {expected}.", next_step="correct the value")

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self.table.get(key, default)
        if value is None:
            raise UsageError(f"{self._title} in {self._file} lacks the key {key}.", next_step=f'add {key} = "…"')
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise self._wrong(key, "a text that says something")
        return value

    def name(self, key: str, default: str | None = None) -> str:
        """A text that is short enough for a name."""
        value = self.text(key, default)
        if len(value.encode()) > _MAXIMUM_NAME_BYTES:
            raise self._wrong(key, f"a name of at most {_MAXIMUM_NAME_BYTES} bytes")
        return value

    def qualified(self, key: str) -> str:
        """A name written schema.name."""
        value = self.text(key)
        if not all(value.partition(".")) or value.count(".") != 1:
            raise self._wrong(key, "a name written schema.name")
        return value

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Several texts, at least one."""
        value = self.table.get(key, default)
        if isinstance(value, list | tuple) and value and all(isinstance(item, str) and item for item in value):
            return tuple(value)
        raise self._wrong(key, "a list of texts that holds at least one")

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def number(self, key: str, default: int) -> int:
        """A whole number of at least 1."""
        value = self.table.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self._wrong(key, "a whole number of at least 1")
        return value

    def optional(self, key: str) -> str | None:
        """A text, or None when the key is missing."""
        return self.text(key) if key in self.table else None

    def duration(self, key: str, default: str, most: timedelta = timedelta(days=36500)) -> timedelta:
        """A time such as `500ms`, `3s`, `15min`, `24h` or `7d`; none at all is not one."""
        value = self.text(key, default)
        found = re.fullmatch(r"([0-9]{1,15})\s*(ms|s|min|h|d)", value.strip())
        seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
        if not 0 < seconds <= most.total_seconds():
            raise self._wrong(key, f"a time such as 500ms, 3s, 15min, 24h or 7d, of at most {most.days} days")
        return timedelta(seconds=seconds)
