"""A sub-select that no longer depends on the row it is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast
from pglast.enums import SubLinkType

from rempart.lint.conditions import nodes_in, placed_in, source_of
from rempart.lint.policies import PolicyRule, clauses, problem
from rempart.lint.rule import Problem
from rempart.lint.settings import Settings
from rempart.lint.state import Policy, State
from rempart.report.finding import Severity
from rempart.sqltext.expressions import equalities, without_casts
from rempart.sqltext.scopes import Placed, Source, correlated, owner
from rempart.sqltext.walk import column


class LostCorrelation(PolicyRule):
    """A sub-select that no longer depends on the row it is asked about."""

    name = "lost-correlation"
    severity = Severity.ERROR
    what = (
        "A sub-select of a policy compares a column with itself, because a name belongs to another table than it seems."
    )
    why = (
        "A name without its table means the innermost table that has such a column. In `exists (select from membres m "
        "where m.depot_id = depot_id)` both sides are m's: the condition is true for everybody who is a member of "
        "anything, and every row of the table is open to him."
    )
    bad = (
        "create policy depots_read on public.citernes for select to authenticated using (\n"
        "    exists (select from public.membres m where m.depot_id = depot_id and m.user_id = (select auth.uid()))\n"
        ");",
    )
    good = (
        "create policy depots_read on public.citernes for select to authenticated using (\n"
        "    exists (\n"
        "        select from membres m where m.depot_id = citernes.depot_id and m.user_id = (select auth.uid())\n"
        "    )\n"
        ");",
    )

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the sub-selects of both conditions, of restrictive policies too."""
        table = source_of(policy.table, state)
        for _, node, source in clauses(policy):
            if not any(isinstance(one, ast.SubLink) for one in nodes_in(node, state)):
                continue
            for message, where in _lost(placed_in(node, policy.table, state), table):
                yield problem(policy, message, source, where)


def _lost(everything: list[Placed], table: Source) -> Iterator[tuple[str, Any]]:
    outside = correlated(everything)
    for here in everything:
        if isinstance(here.node, ast.SubLink):
            yield from _takes_the_rows_own(here.node, outside.get(id(here.node), set()))
        if not here.sublinks:
            continue
        for left, right, comparison in equalities(here.node):
            names = column(without_casts(left)), column(without_casts(right))
            if not all(names):
                continue
            if _is_itself(*names, here):
                yield f"compares {'.'.join(names[0])} with itself in a sub-select", comparison
            elif id(here.sublinks[-1]) not in outside and _is_captured(*names, here, table):
                one = next(name for name in names if len(name) == 1 and table.may_have(name[0]))
                what = f"has a sub-select that does not depend on the row: {one[0]} is a column of its own table"
                yield what, comparison


def _is_itself(left: tuple[str, ...], right: tuple[str, ...], here: Placed) -> bool:
    """Whether two columns are the same one of the same source."""
    if left[-1] != right[-1]:
        return False
    if left == right:
        return True
    a, b = owner(left, here.chain), owner(right, here.chain)
    if a is not None and b is not None:
        return a == b and a.source is not None
    # A source of the innermost query has the column, so the name alone can mean no other.
    known = a if a is not None else b
    plain = right if a is not None else left
    return known is not None and known.depth == len(here.chain) - 1 and len(plain) == 1


def _is_captured(left: tuple[str, ...], right: tuple[str, ...], here: Placed, table: Source) -> bool:
    """Whether two columns of one inner table are compared, and one of them seems meant for the policy's table."""
    a, b = owner(left, here.chain), owner(right, here.chain)
    if a is None or a != b or a.depth == 0 or table.columns is None:
        return False
    return any(len(name) == 1 and name[0] in table.columns for name in (left, right))


def _takes_the_rows_own(sublink: Any, outside: set[int]) -> Iterator[tuple[str, Any]]:
    """IN (select x from t) where t has no x, so that x is the row's own."""
    query = sublink.subselect
    if sublink.subLinkType != SubLinkType.ANY_SUBLINK or not isinstance(query, ast.SelectStmt) or not query.fromClause:
        return
    targets = query.targetList or ()
    name = column(targets[0].val) if len(targets) == 1 else ()
    if len(name) == 1 and id(targets[0].val) in outside:
        what = f"has a sub-select that returns {name[0]} of the row itself: its own table has no such column"
        yield what, targets[0].val
