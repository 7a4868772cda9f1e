"""Which columns of a table clients may write, as far as grants and revokes tell."""

from __future__ import annotations

from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Name, State, Target


def may_write(privilege: str, table: Name, column: str, role: str, state: State, settings: Settings) -> bool:
    """Whether a role may write a column; for `public`, whether one of the clients it stands for may.

    What is granted or revoked by name decides. Where nothing is said of the role, the defaults of a hosted platform
    are assumed: everything is granted.

    Args:
        privilege: `insert` or `update`.
        table: The table.
        column: The column.
        role: A role, or `public`.
        state: What is known.
        settings: Names the API roles.
    """
    clients = settings.api_roles - settings.trusted_roles - settings.forbidden_roles if role == PUBLIC else frozenset()
    return any(_may_write(privilege, table, column, one, state) for one in (role, *sorted(clients)))


def _may_write(privilege: str, table: Name, column: str, role: str, state: State) -> bool:
    mine = {PUBLIC, *state.reachable_roles(role)}
    whole, by_column = Target("relation", table), Target("relation", table, column)
    if any(privilege in state.grants.get(target, {}).get(one, ()) for target in (whole, by_column) for one in mine):
        return True
    return held_by_default(privilege, table, role, state)


def held_by_default(privilege: str, table: Name, role: str, state: State) -> bool:
    """Whether a role may hold a privilege on all of a table by a default that no statement shows.

    Args:
        privilege: Lower case.
        table: The table.
        role: A role, or `public`.
        state: What is known.
    """
    if privilege in state.revoked.get(table, {}).get(role, ()):
        return False
    mine = {PUBLIC, *state.reachable_roles(role)}
    return not any(mine & state.grants[target].keys() for target in state.grants.on("relation", table))
