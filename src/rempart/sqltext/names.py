"""Names of objects as they are written in SQL."""

from __future__ import annotations

from pglast import ast, parse_sql
from pglast.parser import ParseError

from rempart.errors import UsageError


def qualified_name(text: str) -> tuple[str, str]:
    """Split the written name of an object into schema and name.

    Args:
        text: `schema.name`, with double quotes and dots inside of them as in SQL.

    Returns:
        Schema and name, folded to lower case where SQL folds them.

    Raises:
        UsageError: The text is not a name with a schema.
    """
    match _parsed(f"comment on table {text} is null"):
        case ast.CommentStmt(object=(ast.String(sval=str(schema)), ast.String(sval=str(name)))):
            return schema, name
    raise UsageError(f"{text!r} is not a name with a schema", "Write schema.name, quoted where SQL needs it.")


def dotted_name(text: str) -> tuple[str, ...] | None:
    """Split a written name into its parts.

    Args:
        text: Any number of names with dots between them, with double quotes as in SQL.

    Returns:
        The parts, folded to lower case where SQL folds them; None when it is no name.
    """
    match _parsed(f"select {text}"):
        case ast.SelectStmt(
            targetList=(ast.ResTarget(name=None, val=ast.ColumnRef(fields=tuple(fields))),), fromClause=None
        ):
            return tuple(field.sval for field in fields) if all(isinstance(f, ast.String) for f in fields) else None
    return None


def _parsed(sql: str) -> ast.Node | None:
    try:
        statements = parse_sql(sql)
    except ParseError:
        return None
    return statements[0].stmt if len(statements) == 1 else None
