"""A table of an exposed schema without row security."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.report.finding import Severity


class RowSecurityNotEnabled(Rule):
    """A table of an exposed schema without row security."""

    name = "row-security-not-enabled"
    severity = Severity.ERROR
    what = "A table in an exposed schema has no row security, and no policy either."
    why = (
        "The gateway offers every table of an exposed schema to its clients. Without row security a grant opens all "
        "rows, and hosted platforms grant everything on new tables by default. A partition needs it too: it can be "
        "asked directly, and then the policies of its parent do not count."
    )
    bad = ("create table public.depots (id uuid primary key, nom text not null);",)
    good = (
        "create table public.depots (id uuid primary key, nom text not null);\n"
        "alter table public.depots enable row level security;\n"
        "create policy depots_read on public.depots for select to authenticated using (nom <> '');",
        "create table prive.compteurs (nom text primary key, valeur bigint);",
    )

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the tables there are at the end; those with policies are the matter of policy-without-row-security."""
        for table in state.tables():
            if table.name[0] in settings.exposed_schemas and not table.row_security and not table.policies:
                what = f"table {shown(table.name)} is in an exposed schema without row security"
                yield Problem(what, table.place, shown(table.name))
