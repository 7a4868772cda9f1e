"""Queries as Postgres prints them, made to mean on the way back exactly what was printed.

Where a query's column names cannot be seen (a later branch of a union, a sub-select in an expression) Postgres prints
a column's name only when it is not `?column?` (get_target_list in ruleutils.c). Read again, an expression such as a
cast or a call gets a name of its own instead, and is printed differently from then on: two databases would differ by that
alone.
"""

from __future__ import annotations

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


def _with_names(statement: str, offset: int) -> str:
    found = _Nameless()
    found(parser.parse_sql(statement))
    for end in sorted(_ends(statement, found.places), reverse=True):
        statement = f"{statement[:end]} AS {_NAMELESS}{statement[end:]}"
    return statement[offset:]


class _Nameless(Visitor):
    """Where columns begin that are called `?column?`, and would not be so on the way back."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[int] = []
        self._hidden: set[int] = set()

    def visit_SelectStmt(self, _ancestors: Any, node: ast.SelectStmt) -> None:
        """Look at the columns of a query whose names cannot be seen."""
        hidden = id(node) in self._hidden
        if node.larg is not None:
            self._hidden.add(id(node.rarg))
            if hidden:
                self._hidden.add(id(node.larg))
        elif hidden:
            for target in node.targetList or ():
                if target.name is None and isinstance(target.val, _NAMED_BY_POSTGRES):
                    self.places.append(target.location)

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
