"""Alembic's autogenerate, by this tool: a plugin that compares by catalogs and writes plain SQL.

Alembic compares tables that SQLAlchemy knows; here the declared state is SQL, and Postgres reads both (decision 5).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import MigrateOperation, MigrationScript, UpgradeOps
from alembic.runtime.plugins import Plugin
from alembic.util import PriorityDispatchResult

from rempart.revisions import content, numbering
from rempart.revisions.generate import Content

NAME = "rempart.autogenerate"
"""Name of the plugin, as `autogenerate_plugins` takes it."""
CONTENT = "content"
"""Key of Alembic's `config.attributes` for a revision's content that is known already."""

_registered: list[Plugin] = []


class RunSQL(MigrateOperation):
    """Run SQL as it is.

    Args:
        statements: The statements.
        guarded: Tables that must be empty, or whose rows may be lost by consent.
    """

    def __init__(self, statements: tuple[str, ...], guarded: tuple[str, ...] = ()) -> None:
        self.statements, self.guarded = statements, guarded

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What `alembic check` shows."""
        return "run_sql", ";\n".join(self.statements)


def setup(plugin: Plugin) -> None:
    """Register the comparison; Alembic calls it.

    Args:
        plugin: The plugin that it belongs to.
    """
    plugin.add_autogenerate_comparator(_compare, "autogenerate")


def register() -> None:
    """Make the plugin known to Alembic, once; a start-up check that it is active."""
    if not _registered:
        plugin = Plugin(NAME)
        setup(plugin)
        _registered.append(plugin)


def finish(context: Any, body: Body, directives: list[MigrationScript]) -> None:
    """Give the new revision the next number and its content; write none when there is nothing to do.

    `alembic check` writes none anyway, and needs the empty one to say that there is nothing.

    Args:
        context: Alembic's environment context.
        body: What the template is given.
        directives: The revision to be written.
    """
    script = directives[0]
    numbering.identify(script, context)
    body.take(script)
    nothing = script.upgrade_ops is not None and script.upgrade_ops.is_empty()
    if nothing and numbering.command(context.config) != "check":
        directives[:] = []


def _compare(autogen_context: AutogenContext, upgrade_ops: UpgradeOps) -> PriorityDispatchResult:
    assert autogen_context.migration_context is not None
    config = autogen_context.migration_context.config
    given: Content | None = config.attributes.get(CONTENT) if config is not None else None
    found = given or content.in_another_process()
    if not found.is_empty:
        upgrade_ops.ops.append(_Both(found))
    return PriorityDispatchResult.STOP


class _Both(RunSQL):
    """A revision's upgrade, which knows its downgrade."""

    def __init__(self, found: Content) -> None:
        super().__init__(found.upgrade)
        self.back = RunSQL(found.downgrade, found.guarded)

    def reverse(self) -> MigrateOperation:
        """The downgrade."""
        return self.back


def _rendered(autogen_context: AutogenContext, operation: RunSQL) -> list[str]:
    # Alembic indents every line of what is rendered, those of SQL included; on one line there is nothing to indent.
    autogen_context.imports.add("from rempart.revisions import execute, refuse_data_loss")
    return _lines(operation, repr)


renderers.dispatch_for(RunSQL)(_rendered)
renderers.dispatch_for(_Both)(_rendered)


class Body:
    """A revision's content for a template that can take it as it is: `rempart.upgrade` and `rempart.downgrade`.

    Attributes:
        upgrade: Lines of Python, indented; empty when there is nothing.
        downgrade: The same.
    """

    def __init__(self) -> None:
        self.upgrade = self.downgrade = ""

    def take(self, script: MigrationScript) -> None:
        """Take the content of a revision that is about to be written.

        Args:
            script: The revision.
        """
        for operation in script.upgrade_ops.ops if script.upgrade_ops else ():
            if isinstance(operation, _Both):
                self.upgrade = _indented(operation)
                self.downgrade = _indented(operation.back)


def _indented(operation: RunSQL) -> str:
    return "".join(f"    {line}\n" for line in _lines(operation, python_text)) or "    pass\n"


def _lines(operation: RunSQL, written: Callable[[str], str]) -> list[str]:
    lines = []
    if operation.guarded:
        lines.append(f"refuse_data_loss({', '.join(json.dumps(table) for table in operation.guarded)})")
    if operation.statements:
        lines.append(f"execute({written(sql_text(operation.statements))})")
    return lines


def sql_text(statements: tuple[str, ...]) -> str:
    """Statements as they stand in a revision.

    Args:
        statements: SQL, each without its last semicolon.
    """
    return "".join(f"{statement};\n" for statement in statements)


def python_text(sql: str) -> str:
    """SQL as a string of Python that people can read.

    Args:
        sql: The SQL.
    """
    prefix = "r" if "\\" in sql else ""
    if "\r" not in sql:  # Python reads the end of a line as \n, however it is written
        for quotes in ('"""', "'''"):
            if quotes not in sql:
                return f"{prefix}{quotes}\n{sql}{quotes}"
    escaped = sql.replace("\\", "\\\\").replace("\r", "\\r").replace('"""', '\\"\\"\\"')
    return f'"""\n{escaped}"""'
