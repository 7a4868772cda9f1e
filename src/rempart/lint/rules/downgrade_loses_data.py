"""Downgrades that lose rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast, enums

from rempart.lint.apply.names import TEMPORARY
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import Name, State, shown
from rempart.lint.statement import Direction, Origin, Statement
from rempart.report.finding import Severity
from rempart.sqltext.walk import texts

_T = enums.ObjectType
_TAKES_COLUMNS = {_T.OBJECT_TYPE: "type", _T.OBJECT_DOMAIN: "domain"}


class DowngradeLosesData(Rule):
    """A downgrade that drops what holds data, and does not stop when there is some."""

    name = "downgrade-loses-data"
    severity = Severity.ERROR
    what = "A downgrade drops a table or column (or empties a table) without looking first whether that loses data."
    why = (
        "A downgrade is run in a hurry. What was entered since the upgrade is gone, and no upgrade brings it back. Let "
        "a DO block that names the table raise an exception as long as there are rows (refuse_data_loss() writes it), "
        "or say in a suppression why nothing is lost."
    )
    bad = ("-- upgrade 0001\ncreate table app.notes (id int);\n-- downgrade 0001\ndrop table app.notes;",)
    good = (
        "-- upgrade 0001\ncreate table app.notes (id int);\n-- downgrade 0001\n"
        "do $$\nbegin\n    lock table app.notes in access exclusive mode;\n    if exists (select from app.notes) then\n"
        "        raise exception 'app.notes holds rows';\n    end if;\nend $$;\ndrop table app.notes;",
    )
    statements = (ast.DropStmt, ast.AlterTableStmt, ast.TruncateStmt)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a statement of a downgrade by the guards before it."""
        if statement.direction is not Direction.DOWNGRADE or statement.origin is Origin.FUNCTION:
            return
        guarded = {word for unit, words in state.guards if unit == statement.unit for word in words}
        for name, message, node in _lost(statement.node, state):
            if name[1] not in guarded:
                yield Problem(message, statement.place_of(node), shown(name) if name[0] else name[1])


def _lost(node: Any, state: State) -> Iterator[tuple[Name, str, Any]]:
    """What a statement loses: the object that a guard has to name, a message, and where."""
    kind = type(node)
    if kind is ast.TruncateStmt:
        for relation in node.relations:
            name = state.resolve(relation.schemaname, str(relation.relname))
            if _keeps_rows(name, state):
                yield name, f"the downgrade empties {shown(name)} without looking whether it holds rows", relation
    elif kind is ast.AlterTableStmt:
        name = state.resolve(node.relation.schemaname, str(node.relation.relname))
        for command in node.cmds:
            if command.subtype == enums.AlterTableType.AT_DropColumn and _keeps_rows(name, state):
                column = f"{shown(name)}.{command.name}"
                yield name, f"the downgrade drops column {column} without looking whether it holds data", node.relation
    else:
        yield from _dropped(node, state)


def _dropped(node: Any, state: State) -> Iterator[tuple[Name, str, Any]]:
    kind, cascades = node.removeType, node.behavior == enums.DropBehavior.DROP_CASCADE
    for written in node.objects or ():
        if kind == _T.OBJECT_TABLE:
            parts = texts(written)
            name = state.resolve(parts[-2] if len(parts) > 1 else None, parts[-1])
            if _keeps_rows(name, state):
                yield name, f"the downgrade drops table {shown(name)} without looking whether it holds rows", node
        elif kind == _T.OBJECT_SCHEMA and cascades:
            (schema,) = texts(written)
            yield ("", schema), f"the downgrade drops schema {schema} with all tables in it, rows or not", node
        elif kind in _TAKES_COLUMNS and cascades:
            parts = texts(written.names)
            message = f"the downgrade drops {_TAKES_COLUMNS[kind]} {'.'.join(parts)} and every column of that type"
            yield ("", parts[-1]), message, node


def _keeps_rows(name: Name, state: State) -> bool:
    relation = state.relations.get(name, state.relations.get((TEMPORARY, name[1])))
    return relation is None or (relation.kind == "table" and not relation.temporary)
