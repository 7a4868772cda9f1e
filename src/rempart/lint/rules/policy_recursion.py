"""A policy that reads the table it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast

from rempart.lint.function_reads import functions_in, tables_in
from rempart.lint.policies import READS, PolicyRule, applies_to, clauses, problem
from rempart.lint.rule import Problem
from rempart.lint.sessions import helper
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Function, Name, Policy, State, shown
from rempart.report.finding import Severity
from rempart.sqltext.walk import nodes_of, relations_read

_TRUE = frozenset({"true", "on", "1", "yes"})


class PolicyRecursion(PolicyRule):
    """A policy that reads the table it stands on."""

    name = "policy-recursion"
    severity = Severity.ERROR
    what = (
        "A policy reads its own table, directly, through the policy of another table, or through a function of the "
        "caller."
    )
    why = (
        "Reading a table applies its policies, so such a policy needs itself to be evaluated: Postgres refuses every "
        "query with `infinite recursion detected in policy`, or runs out of stack where a function stands between. "
        "Read the table in a SECURITY DEFINER function owned by a role that is not subject to the policies."
    )
    bad = (
        "create policy profils_read on public.profils for select to authenticated\n"
        "    using (exists (select from public.profils p where p.user_id = (select auth.uid()) and p.role = 'admin'));",
    )
    good = (
        "create function app.user_role() returns text language sql stable security definer set search_path = ''\n"
        "    as 'select p.role from public.profils p where p.user_id = (select auth.uid())';\n"
        "revoke all on function app.user_role() from public;\n"
        "create policy profils_read on public.profils for select to authenticated\n"
        "    using ((select app.user_role()) = 'admin');",
    )

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Follow what the conditions read, for each role the policy is for, back to its own table."""
        named = [role for role in policy.roles if role != PUBLIC]
        roles = named if PUBLIC not in policy.roles else sorted(settings.api_roles | set(named))
        roles = [role for role in roles if role not in settings.trusted_roles]
        for _, node, source in clauses(policy):
            found = next(
                (way for role in roles for way in _ways_back(policy, node, role, state)),
                None,
            )
            if found is not None:
                through, where = found
                way = f" through {through}" if through else ""
                what = f"reads {shown(policy.table)}, its own table{way}: infinite recursion"
                yield problem(policy, what, source, where)
                return


def _ways_back(policy: Policy, node: Any, role: str, state: State) -> Iterator[tuple[str, Any]]:
    """How a condition comes back to its table: through what (empty: nothing), and the node it starts with."""
    for name, reference in _tables(node, state):
        if name == policy.table:
            if _has_queries(name, role, state) or policy.command in READS:
                yield "", reference
        else:
            via = _comes_back(name, policy.table, role, state, {name})
            if via:
                yield via, reference
    for call in nodes_of(node, ast.FuncCall):
        function = helper(call, state)
        if function is not None and policy.command in READS and _reads(function, policy.table, state, set()):
            yield f"function {shown(function.name)}", call


def _tables(node: Any, state: State) -> Iterator[tuple[Name, Any]]:
    """The tables an expression reads with the caller's rights: views with security_invoker are looked through."""
    for reference, _ in relations_read(node):
        yield from _looked_through(state.resolve(reference.schemaname, str(reference.relname)), reference, state, 0)


def _looked_through(name: Name, reference: Any, state: State, depth: int) -> Iterator[tuple[Name, Any]]:
    relation = state.relations.get(name)
    if relation is None or relation.kind != "view" or relation.query is None:
        yield name, reference
    elif relation.options.get("security_invoker") in _TRUE and depth < 10:
        for inner, _ in relations_read(relation.query):
            below = state.resolve(inner.schemaname, str(inner.relname))
            yield from _looked_through(below, reference, state, depth + 1)


def _applied(table: Name, role: str, state: State) -> list[Policy]:
    """The policies that reading a table as a role applies."""
    relation = state.relations.get(table)
    if relation is None or (relation.seen and not relation.row_security):
        return []
    return [one for one in relation.policies.values() if one.command in READS and applies_to(one, role, state)]


def _has_queries(table: Name, role: str, state: State) -> bool:
    """Whether the policies of a table have sub-selects: Postgres only then looks for recursion."""
    return any(next(nodes_of(policy.using, ast.SubLink), None) is not None for policy in _applied(table, role, state))


def _comes_back(table: Name, home: Name, role: str, state: State, visited: set[Name]) -> str:
    """The policy of a table through which reading it comes back to another, or nothing."""
    for policy in _applied(table, role, state):
        for name, _ in _tables(policy.using, state):
            if name == home:
                if _has_queries(home, role, state):
                    return f"policy {policy.name} on {shown(table)}"
            elif name not in visited:
                visited.add(name)
                further = _comes_back(name, home, role, state, visited)
                if further:
                    return f"policy {policy.name} on {shown(table)}, {further}"
    return ""


def _reads(function: Function, table: Name, state: State, visited: set[int]) -> bool:
    """Whether a function reads a table with the rights of its caller, itself or through others."""
    visited.add(id(function))
    if function.definer:
        return False
    if table in tables_in(function, state):
        return True
    return any(_reads(one, table, state, visited) for one in functions_in(function, state) if id(one) not in visited)
