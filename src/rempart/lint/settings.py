"""What the linter must know about a project: `[tool.rempart.lint]`, with the defaults of Supabase."""

from __future__ import annotations

from collections.abc import Mapping

from rempart.records import field, record
from rempart.report.finding import Severity


@record(frozen=True)
class Settings:
    """Settings of the rules.

    Attributes:
        exposed_schemas: Schemas that the gateway offers to its clients.
        forbidden_roles: Roles that may get nothing, `public` (all roles) included. What they are members of counts too.
        gateway_role: The login role of the gateway; every role it can become is an API role.
        api_roles: Roles that requests run as, besides those found by membership.
        trusted_roles: API roles that only servers use and that row security does not apply to.
        platform_schemas: Schemas of the platform, which hold accounts, secrets, files and its machinery.
        session_functions: Functions that give the same answer for a whole statement and so belong in a sub-select.
        user_claims: Keys of the token that users edit themselves.
        severities: Severity by rule name; None switches a rule off.
    """

    exposed_schemas: frozenset[str] = frozenset({"public"})
    forbidden_roles: frozenset[str] = frozenset({"public", "anon"})
    gateway_role: str = "authenticator"
    api_roles: frozenset[str] = frozenset({"anon", "authenticated", "service_role"})
    trusted_roles: frozenset[str] = frozenset({"service_role"})
    platform_schemas: frozenset[str] = frozenset(
        """
        auth storage vault realtime _realtime extensions graphql graphql_public pgbouncer pgsodium pgsodium_masks
        supabase_functions supabase_migrations _analytics _supavisor
        """.split()  # noqa: SIM905
    )
    session_functions: frozenset[str] = frozenset(
        {"auth.uid", "auth.jwt", "auth.role", "auth.email", "current_setting"}
    )
    user_claims: frozenset[str] = frozenset({"user_metadata", "raw_user_meta_data"})
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
