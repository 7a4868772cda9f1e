"""SECURITY DEFINER without a search_path."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.report.finding import Severity


class DefinerWithoutSearchPath(Rule):
    """SECURITY DEFINER without a search_path."""

    name = "definer-without-search-path"
    severity = Severity.ERROR
    what = "A SECURITY DEFINER function has no SET search_path."
    why = (
        "Its unqualified names are looked up in the caller's search_path, with the owner's rights: the "
        "caller creates a "
        "table or function of the same name in a schema of his, pg_temp at least, and it is used instead."
    )
    bad = (
        "create function app.total() returns bigint language sql security definer\nas 'select count(*) from depots';",
    )
    good = (
        "create function app.total() returns bigint language sql security definer set search_path = ''\n"
        "as 'select count(*) from public.depots';",
    )

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the functions there are at the end."""
        for function in state.functions.values():
            # Of a function that is only altered here, the alteration is all that is known.
            is_text = function.body is not None and function.language not in ("c", "internal")
            if function.definer and function.search_path is None and (is_text or not function.seen):
                name = shown(function.name)
                yield Problem(f"SECURITY DEFINER {function.kind} {name} has no SET search_path", function.place, name)
