"""Policies on a table that does not use them."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.policies import policies
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.report.finding import Severity


class PolicyWithoutRowSecurity(Rule):
    """Policies on a table that does not use them."""

    name = "policy-without-row-security"
    severity = Severity.ERROR
    what = "A table has policies, and its row security is off."
    why = (
        "Policies do nothing until ALTER TABLE … ENABLE ROW LEVEL SECURITY. The table looks protected in every "
        "listing of policies, and answers everybody who holds a grant with all its rows."
    )
    bad = (
        "create table public.depots (id uuid primary key, gerant_id uuid);\n"
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using (gerant_id = (select auth.uid()));",
    )
    good = (
        "create table public.depots (id uuid primary key, gerant_id uuid);\n"
        "alter table public.depots enable row level security;\n"
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using (gerant_id = (select auth.uid()));",
    )

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the tables there are at the end, wherever they stand."""
        for table, its_policies in policies(state):
            if table.seen and table.kind == "table" and not table.row_security:
                names = ", ".join(policy.name for policy in its_policies)
                what = f"table {shown(table.name)} has policies ({names}), and its row security is off"
                yield Problem(what, its_policies[0].place, shown(table.name))
