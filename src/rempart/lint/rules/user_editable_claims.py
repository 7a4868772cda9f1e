"""A decision about access that rests on what users write themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pglast import ast

from rempart.lint.conditions import nodes_in, placed_in
from rempart.lint.deciding import decides
from rempart.lint.function_reads import functions_in, keys_in, mentions, strings_in
from rempart.lint.policies import PolicyRule, clauses, problem
from rempart.lint.reachability import Reachability
from rempart.lint.rule import Problem
from rempart.lint.sessions import helper
from rempart.lint.settings import Settings
from rempart.lint.state import Function, FunctionKey, Policy, State, shown
from rempart.lint.statement import Statement
from rempart.report.finding import Severity
from rempart.sqltext.expressions import operator
from rempart.sqltext.scopes import Chain
from rempart.sqltext.walk import called, column, nodes_of, string_constant

_OPERATORS = frozenset({"->", "->>", "#>", "#>>", "@>", "?", "?|", "?&", "@?", "@@"})
_RAW = "raw_"
"""How the platform's table of accounts begins the names of these columns."""


class UserEditableClaims(PolicyRule):
    """A decision about access that rests on what users write themselves."""

    name = "user-editable-claims"
    severity = Severity.ERROR
    what = (
        "A policy, or a function it calls, reads a part of the token that users edit themselves, such as "
        "user_metadata; or a trigger takes a role from there."
    )
    why = (
        "Any user may change his user_metadata through the API, without an administrator: a role or depot taken from "
        "it is whatever he says it is, at his registration too. Use app_metadata, which only servers write, or a table."
    )
    bad = (
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using ((select auth.jwt() -> 'user_metadata' ->> 'role') = 'admin');",
    )
    good = (
        "create policy depots_read on public.depots for select to authenticated\n"
        "    using ((select auth.jwt() -> 'app_metadata' ->> 'role') = 'admin');",
    )

    def __init__(self) -> None:
        self._readers: _Readers | None = None

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge every policy there is; which functions read claims is looked up once."""
        self._readers = _Readers(state, settings)
        yield from super().at_end(state, settings)
        self._readers = None
        yield from _triggers(state, settings)

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge both conditions of a policy, and the functions they call."""
        for _, node, source in clauses(policy):
            inside = nodes_in(node, state)
            around = placed_in(node, policy.table, state) if any(_names(one, settings) for one in inside) else ()
            for here in around:
                claim = _claim(here.node, here.chain, settings)
                if claim is not None:
                    yield problem(policy, f"rests on {claim}, which users edit themselves", source, here.node)
                    break
            else:
                yield from self._of_functions(policy, source, inside, state, settings)

    def _of_functions(
        self, policy: Policy, source: Statement | None, inside: tuple[Any, ...], state: State, settings: Settings
    ) -> Iterator[Problem]:
        readers = self._readers or _Readers(state, settings)
        for call in inside:
            function = helper(call, state) if isinstance(call, ast.FuncCall) else None
            by = readers.reader(function) if function is not None else None
            if by is not None:
                what = f"calls function {shown(by.name)}, which reads what users edit themselves"
                yield problem(policy, what, source, call)
                return


def _triggers(state: State, settings: Settings) -> Iterator[Problem]:
    """Functions of triggers that take from the accounts what decides about access."""
    fired = {name for relation in state.relations.values() for name in relation.triggers.values()}
    for name in sorted(fired):
        for function in state.functions_named(name):
            if not function.seen or function.body is None:
                continue
            taken = [(claim, key) for claim, key in keys_in(function, sorted(settings.user_claims)) if decides(key)]
            if taken:
                claim, key = taken[0]
                what = f"trigger function {shown(name)} takes {key} from {claim}, which users edit themselves"
                yield Problem(what, function.place, shown(name))


def _names(node: Any, settings: Settings) -> bool:
    """Whether a node alone is a reason to look closer: it names such a claim."""
    text = string_constant(node) if isinstance(node, ast.A_Const) else ".".join(column(node))
    return text is not None and any(claim in text for claim in settings.user_claims)


def _claim(node: Any, chain: Chain, settings: Settings) -> str | None:
    """The claim a node takes from the token or from the accounts, or None."""
    if isinstance(node, ast.A_Expr) and operator(node) in _OPERATORS and node.lexpr is not None:
        texts = [text for part in nodes_of(node.rexpr, ast.A_Const) if (text := string_constant(part))]
        return _named(texts, settings) if _asks_token(node.lexpr, settings) else None
    if isinstance(node, ast.A_Indirection):
        keys = [index.uidx for index in nodes_of(node.indirection, ast.A_Indices)]
        return _named(_texts(keys), settings) if _asks_token(node.arg, settings) else None
    if isinstance(node, ast.FuncCall):
        own = called(node) in settings.session_functions
        if own or _asks_token(node.args, settings):
            return _named(_texts(node.args or ()), settings)
    parts = column(node)
    if parts and parts[-1] in settings.user_claims:
        of_accounts = any(source.schema in settings.platform_schemas for scope in chain for source in scope.sources)
        return parts[-1] if of_accounts or parts[-1].startswith(_RAW) else None
    return None


def _texts(parts: Any) -> list[str]:
    return [text for part in parts if (text := string_constant(part))]


def _named(texts: list[str], settings: Settings) -> str | None:
    for text in texts:
        for claim in sorted(settings.user_claims):
            if re.search(rf"(?<!\w){re.escape(claim)}(?!\w)", text):
                return claim
    return None


def _asks_token(node: Any, settings: Settings) -> bool:
    return any(called(call) in settings.session_functions for call in nodes_of(node, ast.FuncCall))


class _Readers:
    """Which functions read a claim that users edit, themselves or through those they call."""

    def __init__(self, state: State, settings: Settings) -> None:
        self._state, self._settings = state, settings
        self._called: Reachability[FunctionKey] = Reachability(self._calls, self._reads)

    def reader(self, function: Function) -> Function | None:
        """The function that reads a claim, among one and those it calls."""
        found = self._called.goal(function.key)
        return self._state.functions[found] if found is not None else None

    def _calls(self, key: FunctionKey) -> Iterator[FunctionKey]:
        return (one.key for one in functions_in(self._state.functions[key], self._state))

    def _reads(self, key: FunctionKey) -> bool:
        one = self._state.functions[key]
        raw = any(mentions(one, claim) for claim in self._settings.user_claims if claim.startswith(_RAW))
        return raw or bool(_named(strings_in(one), self._settings) and _mentions_token(one, self._settings))


def _mentions_token(function: Function, settings: Settings) -> bool:
    return any(mentions(function, name.rpartition(".")[2]) for name in settings.session_functions)
