"""A policy that reads the table it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from pglast import ast

from rempart.lint.conditions import nodes_in
from rempart.lint.function_reads import functions_in, tables_in
from rempart.lint.policies import READS, PolicyRule, applies_to, clauses, problem
from rempart.lint.reachability import Reachability
from rempart.lint.rule import Problem
from rempart.lint.sessions import helper
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, FunctionKey, Name, Policy, State, shown
from rempart.report.finding import Severity
from rempart.sqltext.walk import relations_read

_TRUE = frozenset({"true", "on", "1", "yes"})
_DEEPEST = 10
"""Views upon views that are looked through."""


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

    def __init__(self) -> None:
        self._reading: _Reading | None = None

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge every policy there is; what they read is looked up once."""
        self._reading = _Reading(state)
        yield from super().at_end(state, settings)
        self._reading = None

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Follow what the conditions read, for each role the policy is for, back to its own table."""
        reading = self._reading or _Reading(state)
        named = [role for role in policy.roles if role != PUBLIC]
        roles = named if PUBLIC not in policy.roles else sorted(settings.api_roles | set(named))
        roles = [role for role in roles if role not in settings.trusted_roles]
        for _, node, source in clauses(policy):
            ways = (way for role in roles for way in reading.ways_back(policy, node, role))
            found = next(ways, None)
            if found is not None:
                through, where = found
                way = f" through {through}" if through else ""
                what = f"reads {shown(policy.table)}, its own table{way}: infinite recursion"
                yield problem(policy, what, source, where)
                return


class _Reading:
    """What the policies of a state read."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._tables: dict[int, list[tuple[Name, Any]]] = {}
        self._applied: dict[tuple[Name, str], list[Policy]] = {}
        self._has_queries: dict[tuple[Name, str], bool] = {}
        self._reached: dict[str, Reachability[Name]] = {}
        self._asked: Reachability[FunctionKey | Name] = Reachability(self._asked_by)

    def ways_back(self, policy: Policy, node: Any, role: str) -> Iterator[tuple[str, Any]]:
        """How a condition comes back to its table: through what (empty: nothing), and the node it starts with."""
        for name, reference in self.tables(node):
            if name == policy.table:
                if policy.command in READS or self.has_queries(name, role):
                    yield "", reference
            elif self.reaches(name, policy.table, role) and self.has_queries(policy.table, role):
                yield self.path(name, policy.table, role), reference
        if policy.command in READS:
            for call in nodes_in(node, self.state):
                function = helper(call, self.state) if isinstance(call, ast.FuncCall) else None
                if function is not None and self._asked.reaches(function.key, policy.table):
                    yield f"function {shown(function.name)}", call

    def tables(self, node: Any) -> list[tuple[Name, Any]]:
        """The tables an expression reads with the caller's rights: views with security_invoker are looked through."""
        if not any(isinstance(one, ast.RangeVar) for one in nodes_in(node, self.state)):
            return []
        if id(node) not in self._tables:
            self._tables[id(node)] = [
                found
                for reference in relations_read(node)
                for found in self._looked_through(self._name(reference), reference, 0)
            ]
        return self._tables[id(node)]

    def _name(self, reference: Any) -> Name:
        return self.state.resolve(reference.schemaname, str(reference.relname))

    def _looked_through(self, name: Name, reference: Any, depth: int) -> Iterator[tuple[Name, Any]]:
        relation = self.state.relations.get(name)
        if relation is None or relation.kind != "view" or relation.query is None:
            yield name, reference
        elif relation.options.get("security_invoker") in _TRUE and depth < _DEEPEST:
            for inner in relations_read(relation.query):
                yield from self._looked_through(self._name(inner), reference, depth + 1)

    def applied(self, table: Name, role: str) -> list[Policy]:
        """The policies that reading a table as a role applies."""
        if (table, role) not in self._applied:
            relation = self.state.relations.get(table)
            open_to_all = relation is None or (relation.seen and not relation.row_security)
            found = [] if relation is None or open_to_all else list(relation.policies.values())
            self._applied[table, role] = [
                one for one in found if one.command in READS and applies_to(one, role, self.state)
            ]
        return self._applied[table, role]

    def has_queries(self, table: Name, role: str) -> bool:
        """Whether the policies of a table have sub-selects: Postgres only then looks for recursion."""
        if (table, role) not in self._has_queries:
            self._has_queries[table, role] = any(
                isinstance(node, ast.SubLink)
                for policy in self.applied(table, role)
                for node in nodes_in(policy.using, self.state)
            )
        return self._has_queries[table, role]

    def reaches(self, table: Name, home: Name, role: str) -> bool:
        """Whether reading a table reads another, by its policies and theirs."""
        if role not in self._reached:
            self._reached[role] = Reachability(
                lambda one: (name for policy in self.applied(one, role) for name, _ in self.tables(policy.using))
            )
        return self._reached[role].reaches(table, home)

    def path(self, table: Name, home: Name, role: str) -> str:
        """The policies by which reading a table comes to another, for a message."""
        for policy in self.applied(table, role):
            read = [name for name, _ in self.tables(policy.using)]
            if home in read:
                return f"policy {policy.name} on {shown(table)}"
        nearest = next(
            policy
            for policy in self.applied(table, role)
            if any(self.reaches(name, home, role) for name, _ in self.tables(policy.using))
        )
        return f"policy {nearest.name} on {shown(table)} and others"

    def _asked_by(self, one: FunctionKey | Name) -> Iterator[FunctionKey | Name]:
        """The tables a function reads with its caller's rights, and the functions it calls. A table asks nothing."""
        function = self.state.functions.get(cast("FunctionKey", one))
        if function is not None and not function.definer:
            yield from tables_in(function, self.state)
            yield from (called.key for called in functions_in(function, self.state))
