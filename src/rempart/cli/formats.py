"""The formats that most commands write their results in."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """How a result is written."""

    TEXT = "text"
    JSON = "json"
