"""A view over the platform's own tables."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.holders import clients_that_may
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.report.finding import Severity
from rempart.sqltext.walk import relations_read


class ViewOverPlatform(Rule):
    """A view over the platform's own tables."""

    name = "view-over-platform"
    severity = Severity.ERROR
    what = (
        "A view or materialized view that API roles can reach reads a table of a platform schema, such as auth.users."
    )
    why = (
        "With its owner's rights it shows every account to every user; with security_invoker it fails for "
        "everybody, since "
        "users have no privilege there. Keep what the application shows in a table of its own."
    )
    bad = (
        "create view public.comptes with (security_invoker = true) as\n"
        "select p.nom_complet, u.email from public.profils p join auth.users u on u.id = p.user_id;",
    )
    good = (
        "create view public.comptes with (security_invoker = true) as\n"
        "select p.nom_complet, p.email from public.profils p;",
    )

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the views there are at the end."""
        for relation in state.relations.values():
            if relation.kind not in ("view", "materialized view") or not relation.seen or relation.query is None:
                continue
            reachable = relation.name[0] in settings.exposed_schemas or clients_that_may(
                {"select"}, relation.name, state, settings
            )
            read = sorted(
                {
                    shown((str(found.schemaname), str(found.relname)))
                    for found in relations_read(relation.query)
                    if found.schemaname in settings.platform_schemas
                }
            )
            if reachable and read:
                name = shown(relation.name)
                yield Problem(f"{relation.kind} {name} reads {', '.join(read)}", relation.place, name)
