"""Locks of policy changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast, enums

from rempart.lint.revision_tables import runs_in_revision, was_there_before
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import Name, State, shown
from rempart.lint.statement import Statement
from rempart.report.finding import Severity
from rempart.sqltext.walk import texts

_SWITCHES = {
    enums.AlterTableType.AT_EnableRowSecurity: "enabling row security",
    enums.AlterTableType.AT_DisableRowSecurity: "disabling row security",
    enums.AlterTableType.AT_ForceRowSecurity: "forcing row security",
    enums.AlterTableType.AT_NoForceRowSecurity: "no longer forcing row security",
}


class PolicyLock(Rule):
    """A change of policies on a table that is in use."""

    name = "policy-lock"
    severity = Severity.INFO
    what = "A revision changes policies or the row-security switch of a table that was there before it."
    why = (
        "Each of these statements takes an ACCESS EXCLUSIVE lock and holds it to the end of the transaction. It waits "
        "for every query that runs on the table, and every later one waits behind it: run it with a lock timeout, away "
        "from slow statements. Squawk does not know these statements."
    )
    bad = (
        "-- upgrade 0001\ncreate table app.notes (id int);\n-- upgrade 0002\n"
        "alter table app.notes enable row level security;\n"
        "create policy notes_read on app.notes for select to authenticated using (id > 0);",
    )
    good = (
        "-- upgrade 0001\ncreate table app.notes (id int);\nalter table app.notes enable row level security;\n"
        "create policy notes_read on app.notes for select to authenticated using (id > 0);",
    )
    statements = (
        ast.CreatePolicyStmt,
        ast.AlterPolicyStmt,
        ast.DropStmt,
        ast.RenameStmt,
        ast.AlterTableStmt,
    )

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a statement of a revision by the table it concerns."""
        if not runs_in_revision(statement):
            return
        for table, what in _changes(statement.node, state):
            if was_there_before(table, statement, state):
                message = f"{what} locks {shown(table)} against all reads and writes until the transaction ends"
                yield Problem(message, statement.place, shown(table))


def _changes(node: Any, state: State) -> Iterator[tuple[Name, str]]:
    """The tables a statement locks so, and what it does there."""
    kind = type(node)
    if kind in (ast.CreatePolicyStmt, ast.AlterPolicyStmt):
        verb = "creating" if kind is ast.CreatePolicyStmt else "altering"
        yield _table(node.table, state), f"{verb} policy {node.policy_name}"
    elif kind is ast.AlterTableStmt:
        for command in node.cmds:
            if (what := _SWITCHES.get(command.subtype)) is not None:
                yield _table(node.relation, state), what
    elif kind is ast.RenameStmt:
        if node.renameType == enums.ObjectType.OBJECT_POLICY:
            yield _table(node.relation, state), f"renaming policy {node.subname}"
    elif node.removeType == enums.ObjectType.OBJECT_POLICY:
        for written in node.objects:
            *path, policy = texts(written)
            yield state.resolve(path[-2] if len(path) > 1 else None, path[-1]), f"dropping policy {policy}"


def _table(relation: Any, state: State) -> Name:
    return state.resolve(relation.schemaname, str(relation.relname))
