"""A SECURITY DEFINER function that clients may call."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.holders import clients_that_may_execute
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.report.finding import Severity

_NOT_CALLED = {"trigger", "event_trigger"}


class DefinerCallable(Rule):
    """A SECURITY DEFINER function that clients may call."""

    name = "definer-callable"
    severity = Severity.ERROR
    what = "A SECURITY DEFINER function in an exposed schema may be executed by an API role of clients, or by PUBLIC."
    why = (
        "The gateway offers it as a remote call, and it runs with its owner's rights: no policy applies inside. New "
        "functions are PUBLIC's to execute until that is revoked. Put helpers in a schema that is not "
        "exposed; where the "
        "application must call it, check the caller inside and say so in a suppression."
    )
    bad = (
        "create function public.close_day() returns void language sql security definer set search_path = ''\n"
        "as 'delete from public.brouillons';",
    )
    good = (
        "create function public.close_day() returns void language sql security definer set search_path = ''\n"
        "as 'delete from public.brouillons';\n"
        "revoke all on function public.close_day() from public, anon, authenticated;",
    )

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the functions there are at the end."""
        for function in state.functions.values():
            if not function.seen or not function.definer or function.name[0] not in settings.exposed_schemas:
                continue
            callers = clients_that_may_execute(function, state, settings)
            if callers and function.returns not in _NOT_CALLED:
                name = shown(function.name)
                who = ", ".join(callers)
                yield Problem(f"SECURITY DEFINER {function.kind} {name} may be called by {who}", function.place, name)
