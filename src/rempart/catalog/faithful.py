"""Queries as Postgres prints them, made to mean on the way back exactly what was printed.

Where a query's column names cannot be seen (a later branch of a union, a sub-select in an expression) Postgres prints
a column's name only when it is not `?column?` (get_target_list in ruleutils.c). Read again, an expression such as a
cast or a call gets a name of its own, and is printed differently from then on: two databases would differ by that
alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pglast import ast, parser
from pglast.visitors import Visitor

_NAMELESS = '"?column?"'
_NAMED_BY_POSTGRES = (
    ast.FuncCall, ast.TypeCast, ast.CaseExpr, ast.CoalesceExpr, ast.MinMaxExpr, ast.SubLink, ast.A_ArrayExpr,
    ast.SQLValueFunction, ast.XmlExpr, ast.RowExpr, ast.GroupingFunc, ast.CollateClause, ast.A_Indirection,
    ast.JsonFuncExpr, ast.JsonObjectConstructor, ast.JsonArrayConstructor,
)  # fmt: skip


def query(text: str) -> str:
    """A query of the catalog, to be run again.

    Args:
        text: As pg_get_viewdef prints it.
    """
    return _with_names(text, 0)


def expression(text: str) -> str:
    """An expression of the catalog, to be used again.

    Args:
        text: As pg_get_expr prints it.
    """
    if "SELECT" not in text:
        return text
    head = "SELECT "
    return _with_names(head + text, len(head))


def same(first: str | None, second: str | None) -> bool:
    """Whether two printed queries or expressions differ in nothing but names that cannot be seen.

    A dump that was restored prints `'x'::text AS text` where the original prints `'x'::text`: it is one query.

    Args:
        first: As Postgres printed it; None for nothing.
        second: The same elsewhere.
    """
    if first == second:
        return True
    if first is None or second is None or "SELECT" not in first:
        return False
    return without_hidden_names(first) == without_hidden_names(second)


@lru_cache(maxsize=4096)
def without_hidden_names(text: str) -> str:
    """A printed query or expression without the names that cannot be seen.

    Args:
        text: As Postgres printed it.
    """
    is_query = text.lstrip().startswith(("SELECT", "WITH"))
    if " AS " not in text or text.count("SELECT") < (2 if is_query else 1):
        return text
    head = "" if is_query else "SELECT "
    return _without_names(head + text)[len(head) :]


def _without_names(statement: str) -> str:
    found = _Hidden()
    found(parser.parse_sql(statement))
    places = [target.location for target in found.targets if target.name is not None]
    tokens = parser.scan(statement)
    for place, end in sorted(zip(places, _ends(statement, places), strict=True), reverse=True):
        # Inner targets come later in the text, so that what is cut there moves only the ends of outer ones.
        names = [token.start for token in tokens if place <= token.start < end and token.name == "AS"]
        if names:
            statement = statement[: names[-1]].rstrip() + statement[end:]
            return _without_names(statement)
    return statement


def _with_names(statement: str, offset: int) -> str:
    found = _Hidden()
    found(parser.parse_sql(statement))
    places = [
        target.location
        for target in found.targets
        if target.name is None and isinstance(target.val, _NAMED_BY_POSTGRES)
    ]
    for end in sorted(_ends(statement, places), reverse=True):
        statement = f"{statement[:end]} AS {_NAMELESS}{statement[end:]}"
    return statement[offset:]


class _Hidden(Visitor):
    """The columns whose names cannot be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[Any] = []
        self._hidden: set[int] = set()

    def visit_SelectStmt(self, _ancestors: Any, node: ast.SelectStmt) -> None:
        """Look at the columns of a query whose names cannot be seen."""
        hidden = id(node) in self._hidden
        if node.larg is not None:
            self._hidden.add(id(node.rarg))
            if hidden:
                self._hidden.add(id(node.larg))
        elif hidden:
            self.targets += node.targetList or ()

    def visit_SubLink(self, _ancestors: Any, node: ast.SubLink) -> None:
        """Note that a sub-select in an expression shows no names."""
        self._hidden.add(id(node.subselect))


def _ends(statement: str, places: list[int]) -> list[int]:
    """Where each column ends: before the comma, the clause or the parenthesis that follows it."""
    tokens = parser.scan(statement)
    found = []
    for place in places:
        depth, end = 0, len(statement.rstrip().removesuffix(";"))
        previous = place
        for token in tokens:
            if token.start < place:
                continue
            if token.name in ("ASCII_40", "ASCII_91"):
                depth += 1
            elif token.name in ("ASCII_41", "ASCII_93") and depth:
                depth -= 1
            elif depth == 0 and token.name in _AFTER_A_COLUMN:
                end = previous
                break
            previous = token.end + 1
        found.append(end)
    return found


_AFTER_A_COLUMN = {
    "ASCII_44", "ASCII_41", "ASCII_59", "FROM", "WHERE", "GROUP_P", "HAVING", "WINDOW", "UNION", "INTERSECT", "EXCEPT",
    "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR",
}  # fmt: skip
