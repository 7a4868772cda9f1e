"""A function whose names mean what its caller wants."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.report.finding import Severity


class FunctionWithoutSearchPath(Rule):
    """A function whose names mean what its caller wants."""

    name = "function-without-search-path"
    severity = Severity.WARNING
    what = "A function in SQL or PL/pgSQL has no SET search_path."
    why = (
        "What its names mean depends on who calls it, and from where: a trigger, a policy or an index may run it under "
        "another search_path than the one it was written for. Functions in C and SQL-standard bodies are not concerned."
    )
    bad = (
        "create function app.vat(amount numeric) returns numeric language sql immutable\n"
        "as 'select round(amount * 0.16, 2)';",
    )
    good = (
        "create function app.vat(amount numeric) returns numeric language sql immutable set search_path = ''\n"
        "as 'select round(amount * 0.16, 2)';",
    )

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the functions there are at the end."""
        for function in state.functions.values():
            if not function.seen or function.definer or function.search_path is not None or function.body is None:
                continue
            if function.language in ("sql", "plpgsql"):
                name = shown(function.name)
                yield Problem(f"{function.kind} {name} has no SET search_path", function.place, name)
