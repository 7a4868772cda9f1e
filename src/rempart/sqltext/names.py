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


def _parsed(sql: str) -> ast.Node | None:
    try:
        statements = parse_sql(sql)
    except ParseError:
        return None
    return statements[0].stmt if len(statements) == 1 else None
