"""Row security switched off."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast
from pglast.enums import AlterTableType

from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.lint.statement import Statement
from rempart.report.finding import Severity


class RowSecurityDisabled(Rule):
    """Row security switched off."""

    name = "row-security-disabled"
    severity = Severity.ERROR
    what = "ALTER TABLE … DISABLE ROW LEVEL SECURITY."
    why = (
        "All policies of the table stop counting at once, for everybody, while they stay listed as if they protected "
        "it. A repair of data needs no such switch: the owner of a table is not subject to its policies."
    )
    bad = ("alter table public.depots disable row level security;",)
    good = ("alter table public.depots no force row level security;",)
    statements = (ast.AlterTableStmt,)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the statement: of tables outside the exposed schemas, only those that have row security count."""
        if not any(one.subtype == AlterTableType.AT_DisableRowSecurity for one in statement.node.cmds or ()):
            return
        reference = statement.node.relation
        name = state.resolve(reference.schemaname, str(reference.relname))
        known = state.relations.get(name)
        if name[0] in settings.exposed_schemas or (known is not None and (known.row_security or known.policies)):
            what = f"row security of table {shown(name)} is switched off"
            yield Problem(what, statement.place, shown(name))
