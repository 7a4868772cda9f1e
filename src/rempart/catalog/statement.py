"""SQL statements from templates: identifiers quoted by psycopg's rules, but only where they need it."""

from __future__ import annotations

import re
from typing import Any, LiteralString, cast

from pglast.keywords import COL_NAME_KEYWORDS, RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS
from psycopg import sql
from psycopg.abc import AdaptContext

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_KEYWORDS = frozenset(RESERVED_KEYWORDS) | frozenset(TYPE_FUNC_NAME_KEYWORDS) | frozenset(COL_NAME_KEYWORDS)


class Name(sql.Identifier):
    """An identifier, or a dotted name, without the quotes that it does not need: people read these statements."""

    def as_bytes(self, context: AdaptContext | None = None) -> bytes:
        """The name as it stands in a statement.

        Args:
            context: Where it will be used.
        """
        return b".".join(
            part.encode()
            if _PLAIN.fullmatch(part) and part not in _KEYWORDS
            else sql.Identifier(part).as_bytes(context)
            for part in self._obj
        )


def raw(text: str) -> sql.SQL:
    """SQL that Postgres itself has written, such as an expression out of the catalog.

    Args:
        text: The SQL.
    """
    return sql.SQL(cast(Any, text))


def statement(template: LiteralString, *parts: Any, **named: Any) -> str:
    """Fill a template.

    Args:
        template: SQL with `{}` for each part.
        parts: `Name`, `raw` or another composable; a str stands for a name.
        named: The same, for `{name}`.
    """
    positional = [Name(part) if isinstance(part, str) else part for part in parts]
    keywords = {key: Name(part) if isinstance(part, str) else part for key, part in named.items()}
    return sql.SQL(template).format(*positional, **keywords).as_string()


def qualified(schema: str, name: str) -> Name:
    """`schema.name`, or `name` where there is no schema.

    Args:
        schema: The schema; may be empty.
        name: The name.
    """
    return Name(schema, name) if schema else Name(name)


def literal(text: str) -> sql.Composable:
    """A string constant.

    Args:
        text: Its value.
    """
    return raw(sql.Literal(text).as_string().lstrip())  # psycopg puts a space before E'…'


def joined(parts: list[str], separator: LiteralString = ", ") -> sql.Composable:
    """Pieces of SQL, one after another.

    Args:
        parts: SQL that is complete in itself.
        separator: What stands between them.
    """
    return sql.SQL(separator).join(raw(part) for part in parts)


def role(name: str) -> sql.Composable:
    """A role as GRANT and TO name it; the empty name is PUBLIC.

    Args:
        name: The role.
    """
    return Name(name) if name else sql.SQL("public")
