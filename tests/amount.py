"""How much of the suite a run does: REMPART_ALL in the environment."""

from __future__ import annotations

import os
from enum import IntEnum


class Amount(IntEnum):
    """How much is run."""

    QUICK = 0
    """No slow tests; the costly ones on the first backend."""
    CI = 1
    """Every test; the costly ones by turns, each on one of the backends."""
    EVERYTHING = 2
    """Every test on every backend, and every case of those that else take a part of theirs."""


def amount() -> Amount:
    """What is asked for: REMPART_ALL is 1 for CI, 2 for everything."""
    return Amount(int(os.environ.get("REMPART_ALL") or "0"))
