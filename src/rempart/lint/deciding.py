"""Names that tell what somebody may do."""

from __future__ import annotations

import re

_DECIDES = frozenset(
    """
    role roles user_role app_role system_role account_role member_role team_role org_role organization_role
    access_role role_id role_name is_admin admin is_administrator is_superuser is_super_admin is_superadmin
    super_admin is_staff is_moderator permissions permission permission_level privileges privilege_level
    access_level access_rights security_level clearance
    """.split()  # noqa: SIM905
)


def decides(name: str) -> bool:
    """Whether a column or a key of that name decides what somebody may do, when nothing more is known.

    Args:
        name: The name, in words joined by underscores or by capitals.
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() in _DECIDES
