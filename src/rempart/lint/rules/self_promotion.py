"""A policy that lets a user write what decides his own access."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pglast import ast

from rempart.lint.conditions import any_user, nodes_in, placed_in
from rempart.lint.deciding import decides
from rempart.lint.function_reads import mentions, tables_in
from rempart.lint.policies import WRITES, PolicyRule, clauses, policies, problem, subjects
from rempart.lint.rule import Problem
from rempart.lint.sessions import asks_session, helper, is_user
from rempart.lint.settings import Settings
from rempart.lint.state import Name, Policy, Relation, State, shown
from rempart.lint.writable import may_write
from rempart.report.finding import Severity
from rempart.sqltext.expressions import conjuncts, disjuncts, equalities, reads_columns, without_casts
from rempart.sqltext.scopes import owner
from rempart.sqltext.walk import column, nodes_of

_HARMLESS_TRIGGER = re.compile(r"updat|modif|touch|timestamp|datetime|search|audit|log|notif|webhook|slug", re.I)
_HARMLESS_COLUMNS = frozenset({"id", "created_at", "updated_at", "email", "deleted_at"})


class SelfPromotion(PolicyRule):
    """A policy that lets a user write what decides his own access."""

    name = "self-promotion"
    severity = Severity.ERROR
    what = "A policy lets users write their own row whole, with a column in it that decides what they may do."
    why = (
        "`using (user_id = auth.uid())` keeps a user to his own row, and lets him set its role to admin or its depot "
        "to any other: a policy does not tell columns apart. Grant UPDATE on the harmless columns only, fix the "
        "others in WITH CHECK or in a trigger, or keep roles in a table that users cannot write."
    )
    bad = (
        "create table public.profils (user_id uuid primary key, nom text, role text);\n"
        "alter table public.profils enable row level security;\n"
        "create policy profils_update on public.profils for update to authenticated\n"
        "    using (user_id = (select auth.uid()));",
    )
    good = (
        "create table public.profils (user_id uuid primary key, nom text, role text);\n"
        "alter table public.profils enable row level security;\n"
        "revoke update on table public.profils from public, anon, authenticated;\n"
        "grant update (nom) on table public.profils to authenticated;\n"
        "create policy profils_update on public.profils for update to authenticated\n"
        "    using (user_id = (select auth.uid()));",
    )

    def __init__(self) -> None:
        self._at_end = False
        self._read: dict[Name, set[str]] | None = None

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge every policy there is; which columns decide about access is looked up once."""
        self._at_end, self._read = True, None
        yield from super().at_end(state, settings)
        self._at_end = False

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge permissive policies for writing that are about the user's own row."""
        table = state.relations.get(policy.table)
        if table is None or not table.columns or not policy.permissive or policy.command not in WRITES:
            return
        condition, source = policy.check, policy.check_from
        if policy.command != "insert" and (policy.using is not None or condition is None):
            condition, source = policy.using, policy.using_from
        keys = _own_row(condition, policy, state, settings)
        if not keys:
            return
        if self._read is None or not self._at_end:
            self._read = _read_for_access(state)
        read = self._read.get(policy.table, set())
        roles, verb = subjects(policy, settings), "insert" if policy.command == "insert" else "update"
        open_columns = [
            name
            for name in table.columns
            if name not in keys
            and any(may_write(verb, table.name, name, role, state, settings) for role in roles)
            and (decides(name) or name in read - _HARMLESS_COLUMNS)
            and not _is_fixed(name, policy, table, state)
        ]
        if open_columns:
            what = f"lets users {verb} {', '.join(open_columns)} of their own row, which decides what they may do"
            yield problem(policy, what, source, condition)


def _own_row(condition: Any, policy: Policy, state: State, settings: Settings) -> set[str]:
    """The columns by which a condition ties a row to the user, where nothing else about the user is asked."""
    for alternative in disjuncts(condition):
        keys: set[str] = set()
        restricted = False
        for part in conjuncts(alternative):
            mine = _user_columns(part, policy.table, state, settings)
            keys |= mine
            if not mine and not reads_columns(part) and asks_session(part, state, settings):
                restricted = restricted or not any_user(part, policy.table, state, settings)
        if keys and not restricted:
            return keys
    return set()


def _user_columns(part: Any, table: Name, state: State, settings: Settings) -> set[str]:
    found = set()
    for left, right, _ in equalities(part):
        for one, other in ((left, right), (right, left)):
            parts = column(without_casts(one))
            if parts and (len(parts) == 1 or parts[-2] == table[1]) and is_user(other, state, settings):
                found.add(parts[-1])
    return found


def _read_for_access(state: State) -> dict[Name, set[str]]:
    """The columns, by table, that policies read in sub-selects, or in functions they call."""
    found: dict[Name, set[str]] = {}
    for table, its_policies in policies(state):
        for policy in its_policies:
            for _, node, _ in clauses(policy):
                inside = nodes_in(node, state)
                has_queries = any(isinstance(one, ast.RangeVar) for one in inside)
                for here in placed_in(node, table.name, state) if has_queries else ():
                    parts = column(here.node) if here.sublinks else ()
                    held = owner(parts, here.chain) if parts else None
                    inner = held.source if held is not None and held.depth > 0 else None
                    if inner is not None:
                        found.setdefault(state.resolve(inner.schema, inner.relation), set()).add(parts[-1])
                for call in inside:
                    function = helper(call, state) if isinstance(call, ast.FuncCall) else None
                    if function is not None:
                        for name in tables_in(function, state):
                            columns = {one for one in state.relations[name].columns if mentions(function, one)}
                            found.setdefault(name, set()).update(columns)
    return found


def _is_fixed(name: str, policy: Policy, table: Relation, state: State) -> bool:
    """Whether a check, a restrictive policy or a trigger speaks of the column."""
    checks = [policy.check if policy.check is not None else policy.using]
    for other in table.policies.values():
        if not other.permissive:
            checks += [other.check, other.using]
    for check in checks:
        if any(column(one)[-1:] == (name,) for one in nodes_of(check, ast.ColumnRef)):
            return True
    for trigger, function in table.triggers.items():
        known = [one for one in state.functions_named(function) if one.seen and one.body is not None]
        if any(mentions(one, name) for one in known):
            return True
        if not known and not _HARMLESS_TRIGGER.search(f"{trigger} {shown(function)}"):
            return True
    return False
