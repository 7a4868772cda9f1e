"""A table whose row security lets nobody in."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Relation, State, shown
from rempart.report.finding import Severity


class RowSecurityWithoutPolicy(Rule):
    """A table whose row security lets nobody in."""

    name = "row-security-without-policy"
    severity = Severity.WARNING
    what = "A table in an exposed schema has row security and no permissive policy, while API roles may use it."
    why = (
        "Every request gets no rows and no error, which reads as an empty table; the next person to debug it may well "
        "turn row security off. Where nobody shall use the table, revoke it from the API roles: that is said, and "
        "answered with an error."
    )
    bad = ("create table public.depots (id uuid primary key);\nalter table public.depots enable row level security;",)
    good = (
        "create table public.depots (id uuid primary key);\n"
        "alter table public.depots enable row level security;\n"
        "revoke all on table public.depots from public, anon, authenticated;",
    )

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the tables there are at the end; those that no client may use by any grant are closed on purpose."""
        for table in state.tables():
            if table.name[0] not in settings.exposed_schemas or not table.row_security:
                continue
            if any(policy.permissive for policy in table.policies.values()) or _closed(table, state, settings):
                continue
            lacks = "only restrictive policies" if table.policies else "no policy"
            what = f"table {shown(table.name)} has row security and {lacks}: clients get nothing"
            yield Problem(what, table.place, shown(table.name))


def _closed(table: Relation, state: State, settings: Settings) -> bool:
    """Whether every role of clients lost its privileges on the table, or only servers were given any."""
    clients = settings.api_roles - settings.trusted_roles
    revoked = state.revoked.get(table.name, {})
    held = {role for target in state.grants.on("relation", table.name) for role in state.grants[target]}
    if held & (clients | {PUBLIC}):
        return False
    return all("select" in revoked.get(role, ()) for role in clients) or bool(held)
