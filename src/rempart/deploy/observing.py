"""What a deployment changes for each persona: both states observed on the throw-away server of the rehearsal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rempart.access.observe import observe
from rempart.access.widening import AccessChange, changes
from rempart.deploy.rehearsal import Rehearsal
from rempart.errors import RempartError
from rempart.postgres import databases


def keep_start(rehearsed: Rehearsal) -> str:
    """Keep a copy of the database as it is before the first revision runs.

    Args:
        rehearsed: The copy of the target.

    Returns:
        Name of the database.
    """
    name = "rempart_before"
    databases.create(rehearsed.server, name, rehearsed.database)
    return name


def access_changes(
    rehearsed: Rehearsal, before: str, step: Callable[[str], None]
) -> tuple[list[AccessChange] | None, str]:
    """Observe both states, and compare.

    Args:
        rehearsed: The copy, on which the revisions have run.
        before: The database that was kept.
        step: Told what is being done.

    Returns:
        The changes; None, and why, when the state afterwards could not be observed.
    """
    if not rehearsed.effects:
        return [], ""
    after = "rempart_after"
    databases.create(rehearsed.server, after, rehearsed.database)
    try:
        second = observe(rehearsed.server.url(after), rehearsed.config, step)
    except RempartError as error:
        return None, f"{error.message} {error.next_step}".strip()
    try:
        first = observe(rehearsed.server.url(before), rehearsed.config, step)
    except RempartError:
        # The personas need what only a later revision makes: whatever is open afterwards counts as new.
        first = replace(second, relations={}, columns={}, sequences={}, functions={}, not_observed={})
    return changes(first, second, (rehearsed.catalog, rehearsed.effects[-1].after)), ""
