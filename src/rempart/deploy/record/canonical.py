"""JSON and moments written in one way, so that equal objects have equal digests and signatures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def canonical(value: Mapping[str, Any]) -> str:
    """The one way to write a JSON object: sorted keys, no blanks, characters as they are.

    Args:
        value: The object.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # Half a character, from a file name that is no UTF-8, becomes its escape in JSON, which is the same spelling.
    return text.encode("utf-8", "backslashreplace").decode()


def utc(moment: datetime) -> str:
    """A moment as records have it: in UTC, to the second.

    Args:
        moment: The moment, with its zone.
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
