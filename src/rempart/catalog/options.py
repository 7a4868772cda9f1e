"""Storage parameters and options of relations, each `name=value`."""

from __future__ import annotations

from collections.abc import Sequence


def option_changes(altered: str, before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The statements that lead from one set of options to another.

    Args:
        altered: The statement up to the change, such as `alter table public.t`.
        before: The options there are, in the order in which they are kept.
        after: The options to reach.
    """
    old, new = (dict(entry.split("=", 1) for entry in entries) for entries in (before, after))
    if old == new:
        return []
    kept = [key for key in old if key in new]
    if kept != list(new)[: len(kept)]:
        # The order in which they are kept shows in dumps; it is that in which they were set.
        kept = []
    found = []
    if gone := [key for key in old if key not in kept]:
        found.append(f"{altered} reset ({', '.join(gone)})")
    if changed := [f"{key}={value}" for key, value in new.items() if key not in kept or old[key] != value]:
        found.append(f"{altered} set ({', '.join(changed)})")
    return found
