"""Who a role in a statement is: forbidden, an API role, trusted."""

from __future__ import annotations

from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, State


def is_forbidden(name: str, state: State, settings: Settings) -> bool:
    """Whether what a role gets, a forbidden role gets: it is one, or a forbidden role is a member of it.

    Args:
        name: A role, or `public`.
        state: Knows the memberships.
        settings: Names the forbidden roles.
    """
    if name in settings.forbidden_roles:
        return True
    return any(name in state.reachable_roles(role) for role in settings.forbidden_roles)


def is_api_role(name: str, state: State, settings: Settings) -> bool:
    """Whether requests run as a role, or get what it gets: PUBLIC, a listed one, or one the gateway can become.

    Args:
        name: A role, or `public`.
        state: Knows the memberships.
        settings: Names the API roles and the gateway's login role.
    """
    if name == PUBLIC or name in settings.api_roles or name in settings.forbidden_roles:
        return True
    starts = {settings.gateway_role, *settings.api_roles, *settings.forbidden_roles}
    return any(name != start and name in state.reachable_roles(start) for start in starts)


def is_untrusted_role(name: str, state: State, settings: Settings) -> bool:
    """Whether requests of clients run as a role: an API role that is not reserved to servers.

    Args:
        name: A role, or `public`.
        state: Knows the memberships.
        settings: Names the trusted roles.
    """
    return is_api_role(name, state, settings) and name not in settings.trusted_roles
