"""What a condition is made of: its parts, and whether two parts are the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import cache
from typing import Any

from pglast import ast
from pglast.enums import A_Expr_Kind, BoolExprType, SubLinkType

from rempart.sqltext.walk import column, nodes_of, texts

_NODE: Any = ast.Node
_POSITIONS = frozenset({"location", "rexpr_list_start", "rexpr_list_end", "list_start", "list_end"})


def bare(node: Any) -> Any:
    """A node without what does not change its value: a collation, and `(select x)` around x.

    Args:
        node: An expression.
    """
    while True:
        kind = type(node)
        if kind is ast.SubLink:
            inner = only_value(node.subselect) if node.subLinkType == SubLinkType.EXPR_SUBLINK else None
            if inner is None:
                return node
            node = inner
        elif kind is ast.CollateClause:
            node = node.arg
        else:
            return node


def only_value(query: Any) -> Any:
    """The x of a query that is nothing but `select x`; None for any other query.

    Args:
        query: SelectStmt of the parse tree.
    """
    targets = query.targetList or () if isinstance(query, ast.SelectStmt) else ()
    if len(targets) != 1:
        return None
    more = (query.fromClause, query.whereClause, query.havingClause, query.limitCount, query.limitOffset)
    if any(part is not None for part in more) or query.larg is not None or query.withClause is not None:
        return None
    value = targets[0].val
    return None if _returns_rows(value) else value


def _returns_rows(value: Any) -> bool:
    """Whether it is a `*`, which stands for no value. (That a function returns a set is not known here.)"""
    return isinstance(value, ast.ColumnRef) and any(isinstance(part, ast.A_Star) for part in value.fields or ())


def without_casts(node: Any) -> Any:
    """A node without what `bare` takes off and without casts around it.

    Args:
        node: An expression.
    """
    node = bare(node)
    while isinstance(node, ast.TypeCast):
        node = bare(node.arg)
    return node


def conjuncts(node: Any) -> Iterator[Any]:
    """The conditions that AND joins at the top of a condition; the condition itself when it is no AND.

    Args:
        node: A condition, or None for none.
    """
    yield from _joined(node, BoolExprType.AND_EXPR)


def disjuncts(node: Any) -> Iterator[Any]:
    """The conditions that OR joins at the top of a condition; the condition itself when it is no OR.

    Args:
        node: A condition, or None for none.
    """
    yield from _joined(node, BoolExprType.OR_EXPR)


def _joined(node: Any, by: BoolExprType) -> Iterator[Any]:
    waiting = [node]
    while waiting:
        node = bare(waiting.pop())
        if isinstance(node, ast.BoolExpr) and node.boolop == by:
            waiting.extend(reversed(node.args or ()))
        elif node is not None:
            yield node


def key(node: Any, own: frozenset[str] = frozenset()) -> Any:
    """A value that is equal for two expressions that say the same, whatever their layout and needless wrapping.

    Args:
        node: An expression, a tuple of nodes, or a plain value.
        own: Names a column may be qualified with that mean the same as no qualification.
    """
    if isinstance(node, tuple):
        return tuple(key(part, own) for part in node)
    if not isinstance(node, _NODE):
        return node
    node = bare(node)
    parts = column(node)
    if parts:
        return "column", parts[-1:] if len(parts) > 1 and parts[-2] in own else parts
    negated = negated_by_not(node)
    if negated is not None:
        return "not", key(negated, own)
    if isinstance(node, ast.TypeName):
        names = texts(node.names)
        return "type", names[1:] if names[:1] == ("pg_catalog",) else names, key(node.arrayBounds, own)
    kind: Any = type(node)
    return kind.__name__, *(key(getattr(node, slot), own) for slot in _fields(kind))


def negated_by_not(node: Any) -> Any:
    """The condition that NOT stands before; None for any other condition.

    Args:
        node: A condition.
    """
    is_not = isinstance(node, ast.BoolExpr) and node.boolop == BoolExprType.NOT_EXPR
    return node.args[0] if is_not else None


@cache
def _fields(kind: Hashable) -> tuple[str, ...]:
    slots: Iterable[str] = getattr(kind, "__slots__", ())
    return tuple(slot for slot in slots if slot not in _POSITIONS)


def operator(node: Any) -> str:
    """The operator of an A_Expr, without its schema; `!=` reads `<>`.

    Args:
        node: An A_Expr.
    """
    return str(node.name[-1].sval) if node.name else ""


def reads_columns(node: Any) -> bool:
    """Whether an expression mentions any column, sub-selects included.

    Args:
        node: An expression, a tuple of them, or None.
    """
    return next(nodes_of(node, ast.ColumnRef), None) is not None


def equalities(node: Any) -> Iterator[tuple[Any, Any, Any]]:
    """The comparisons by equality in one condition, as operands and the comparison's node; IN lists included.

    `a = b`, `a is not distinct from b`, `a in (b, c)` and `a = any (array[b, c])` count; conditions joined by AND
    or OR are not entered.

    Args:
        node: A condition, as `bare` or `conjuncts` gives it.
    """
    if not isinstance(node, ast.A_Expr) or operator(node) != "=":
        return
    if node.kind in (A_Expr_Kind.AEXPR_OP, A_Expr_Kind.AEXPR_NOT_DISTINCT) and node.lexpr is not None:
        yield node.lexpr, node.rexpr, node
    elif node.kind == A_Expr_Kind.AEXPR_IN:
        for item in _items(node.rexpr):
            yield node.lexpr, item, node
    elif node.kind == A_Expr_Kind.AEXPR_OP_ANY and isinstance(node.rexpr, ast.A_ArrayExpr):
        for item in _items(node.rexpr.elements):
            yield node.lexpr, item, node


def _items(nodes: Any) -> tuple[Any, ...]:
    return nodes or ()
