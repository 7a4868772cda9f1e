"""A policy for writing whose check is missing, or weaker than its condition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast

from rempart.lint.conditions import always_true, any_user, never_true
from rempart.lint.policies import PolicyRule, problem, subjects
from rempart.lint.rule import Problem
from rempart.lint.sessions import asks_session
from rempart.lint.settings import Settings
from rempart.lint.state import Policy, State
from rempart.lint.writable import may_write
from rempart.report.finding import Severity
from rempart.sqltext.expressions import disjuncts, reads_columns
from rempart.sqltext.walk import column, nodes_of


class MissingWithCheck(PolicyRule):
    """A policy for writing whose check is missing, or weaker than its condition."""

    name = "missing-with-check"
    severity = Severity.ERROR
    what = "WITH CHECK of a policy for writing is missing where USING does not serve, or is weaker than USING."
    why = (
        "USING tells which rows may be changed, WITH CHECK what they may become. With a weaker check a user moves his "
        "row to somebody else, or writes rows into another depot. Without one USING serves as check, which is right "
        "when it ties the row to the user, and wrong when part of it is about the row alone: whoever sets `is_public` "
        "may write anything. An INSERT policy has no USING: without WITH CHECK it permits nothing."
    )
    bad = (
        "create policy notes_update on public.notes for update to authenticated\n"
        "    using (author_id = (select auth.uid())) with check (true);",
        "create policy notes_all on public.notes for all to authenticated\n"
        "    using (is_public or author_id = (select auth.uid()));",
    )
    good = (
        "create policy notes_update on public.notes for update to authenticated\n"
        "    using (author_id = (select auth.uid()));",
        "create policy notes_update on public.notes for update to authenticated\n"
        "    using (author_id = (select auth.uid()) and draft) with check (author_id = (select auth.uid()));",
    )

    def judge(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge permissive policies for writing that row security applies to."""
        if not policy.permissive or not policy.seen or not subjects(policy, settings):
            return
        if policy.command == "insert":
            if policy.check is None:
                yield problem(policy, "has no WITH CHECK, and so permits no INSERT", None, None)
        elif policy.command in ("update", "all") and policy.using is not None:
            if policy.check is None:
                yield from self._using_alone(policy, state, settings)
            elif self._is_weaker(policy, state, settings):
                what = "has a WITH CHECK that is weaker than its USING: rows can be changed into what it does not own"
                yield problem(policy, what, policy.check_from, policy.check)

    def _using_alone(self, policy: Policy, state: State, settings: Settings) -> Iterator[Problem]:
        parts = list(disjuncts(policy.using))
        about_session = [asks_session(part, state, settings) for part in parts]
        if not any(about_session):
            return
        for part, asks in zip(parts, about_session, strict=True):
            if not asks and reads_columns(part) and not never_true(part, policy.table, state, settings):
                what = "has no WITH CHECK, and its USING lets rows through whoever asks"
                yield problem(policy, what, policy.using_from, part)
                return

    def _is_weaker(self, policy: Policy, state: State, settings: Settings) -> bool:
        using, check, table = policy.using, policy.check, policy.table
        asked = asks_session(using, state, settings)
        if always_true(using, table, state, settings) or never_true(check, table, state, settings):
            return False
        if policy.command == "update" and not reads_columns(using):
            return False  # Who may update is decided, and no row is told from another.
        if always_true(check, table, state, settings):
            return policy.command == "all" or self._may_change(using, policy, state, settings)
        if not asked or any_user(using, table, state, settings):
            return False
        open_to_all = any_user(check, table, state, settings) or not asks_session(check, state, settings)
        return open_to_all and (policy.command == "all" or self._may_change(using, policy, state, settings))

    def _may_change(self, using: Any, policy: Policy, state: State, settings: Settings) -> bool:
        """Whether clients may write any of the columns USING decides by."""
        columns = {column(one)[-1] for one in nodes_of(using, ast.ColumnRef) if column(one)}
        roles = subjects(policy, settings)
        return any(may_write("update", policy.table, name, role, state, settings) for name in columns for role in roles)
