"""A view that reads with its owner's rights."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.holders import clients_that_may
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.report.finding import Severity

_ON = {"true", "on", "yes", "1"}


class ViewWithoutSecurityInvoker(Rule):
    """A view that reads with its owner's rights."""

    name = "view-without-security-invoker"
    severity = Severity.ERROR
    what = "A view in an exposed schema, or one that an API role may read, is not security_invoker."
    why = (
        "Such a view reads its tables as its owner, whom row security does not apply to: whoever may "
        "select from the view "
        "sees all rows, and a simple view is written through the same way. CREATE OR REPLACE VIEW without the option "
        "keeps what the statement says: nothing."
    )
    bad = ("create view public.actifs as select * from public.depots;",)
    good = ("create view public.actifs with (security_invoker = true) as select * from public.depots;",)

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the views there are at the end."""
        for relation in state.relations.values():
            if relation.kind != "view" or not relation.seen or relation.temporary:
                continue
            if relation.options.get("security_invoker", "false").lower() in _ON:
                continue
            readers = clients_that_may({"select", "insert", "update", "delete"}, relation.name, state, settings)
            if relation.name[0] in settings.exposed_schemas or readers:
                name = shown(relation.name)
                yield Problem(f"view {name} reads with its owner's rights: no security_invoker", relation.place, name)
