"""Statements that lock tables, where the check of locks does not look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast, enums

from rempart.lint.revision_tables import runs_in_revision, was_there_before
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import Name, State, shown
from rempart.lint.statement import Origin, Statement
from rempart.report.finding import Severity
from rempart.sqltext.walk import texts

_A = enums.AlterTableType
_T = enums.ObjectType
_BRIEF = frozenset(
    {
        _A.AT_EnableRowSecurity,
        _A.AT_DisableRowSecurity,
        _A.AT_ForceRowSecurity,
        _A.AT_NoForceRowSecurity,
        _A.AT_ChangeOwner,
        _A.AT_SetStatistics,
        _A.AT_SetRelOptions,
        _A.AT_ResetRelOptions,
        _A.AT_ReplicaIdentity,
    }
)
"""Changes that squawk has no rule for, or that policy-lock tells about."""
_RELATIONS = frozenset({_T.OBJECT_TABLE, _T.OBJECT_INDEX, _T.OBJECT_COLUMN, _T.OBJECT_TYPE, _T.OBJECT_DOMAIN})


class DdlInDoBlock(Rule):
    """A statement in a DO block that squawk would have judged outside of it."""

    name = "ddl-in-do-block"
    severity = Severity.WARNING
    what = "A DO block of a revision changes a table that was there before it."
    why = (
        "Squawk does not read DO blocks: whether the statement rewrites the table, or locks it for the length of a "
        "scan, was not checked. Write it as a statement of its own, or say in a suppression why its lock is short."
    )
    bad = (
        "-- upgrade 0001\ncreate table app.notes (id int);\n-- upgrade 0002\n"
        "do $$\nbegin\n    alter table app.notes alter column id type bigint;\nend $$;",
    )
    good = (
        "-- upgrade 0001\ncreate table app.notes (id int);\n-- upgrade 0002\n"
        "alter table app.notes alter column id type bigint;",
    )
    statements = (
        ast.AlterTableStmt,
        ast.IndexStmt,
        ast.DropStmt,
        ast.RenameStmt,
        ast.TruncateStmt,
        ast.ClusterStmt,
        ast.ReindexStmt,
        ast.AlterDomainStmt,
        ast.AlterObjectSchemaStmt,
    )

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a statement of a DO block by what it changes."""
        if not runs_in_revision(statement) or statement.origin not in (Origin.BLOCK, Origin.EXECUTE):
            return
        for name in _changed(statement.node, state):
            if was_there_before(name, statement, state):
                written = " ".join(statement.sql.split())
                text = written if len(written) <= 60 else written[:57] + "..."
                message = f"{text}: stands in a DO block, where its lock is not checked"
                yield Problem(message, statement.place, shown(name))
                return


def _changed(node: Any, state: State) -> Iterator[Name]:
    kind = type(node)
    if kind is ast.AlterTableStmt and all(command.subtype in _BRIEF for command in node.cmds):
        return
    if kind is ast.DropStmt:
        if node.removeType in _RELATIONS:
            for written in node.objects:
                parts = texts(getattr(written, "names", written))
                yield state.resolve(parts[-2] if len(parts) > 1 else None, parts[-1])
    elif kind is ast.RenameStmt:
        if node.renameType in _RELATIONS and node.relation is not None:
            yield state.resolve(node.relation.schemaname, str(node.relation.relname))
    elif kind is ast.AlterDomainStmt:
        parts = texts(node.typeName)
        yield state.resolve(parts[-2] if len(parts) > 1 else None, parts[-1])
    else:
        relations = node.relations if kind is ast.TruncateStmt else [node.relation]
        for relation in relations:
            if relation is not None:
                yield state.resolve(relation.schemaname, str(relation.relname))
