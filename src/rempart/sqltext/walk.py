"""Fast walks over parse trees, and small questions about expressions.

The parser's own visitors are an order of magnitude slower than a walk over the slots of the nodes, and the linter walks
a lot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast

_NODE: Any = ast.Node
_LEAVES = (ast.String, ast.Integer, ast.Float, ast.Boolean, ast.BitString)


_SLOTS: dict[type, tuple[str, ...]] = {}


def _slots(kind: Any) -> tuple[str, ...]:
    found = _SLOTS.get(kind)
    if found is None:
        found = _SLOTS[kind] = tuple(kind.__slots__)
    return found


def children(node: Any) -> Iterator[Any]:
    """The nodes directly below a node, in the order of its attributes; lists of lists are flattened.

    Args:
        node: A node of a parse tree.
    """
    for slot in _slots(type(node)):
        value = getattr(node, slot)
        if isinstance(value, _NODE):
            yield value
        elif type(value) is tuple:
            yield from _listed(value)


def _listed(values: tuple[Any, ...]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, _NODE):
            yield value
        elif type(value) is tuple:
            yield from _listed(value)


def nodes(root: Any) -> Iterator[Any]:
    """A node and all nodes below it, parents before children, constants' inner values left out.

    Args:
        root: A node, a tuple of nodes, or None.
    """
    if root is None:
        return
    stack = list(reversed(list(_listed(root)))) if type(root) is tuple else [root]
    while stack:
        node = stack.pop()
        yield node
        below = [child for child in children(node) if not isinstance(child, _LEAVES)]
        below.reverse()
        stack.extend(below)


def nodes_of(root: Any, *kinds: type) -> Iterator[Any]:
    """The nodes of some kinds in a tree, parents before children.

    Args:
        root: A node, a tuple of nodes, or None.
        kinds: Classes of nodes.
    """
    for node in nodes(root):
        if isinstance(node, kinds):
            yield node


def nodes_with_queries(root: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Each node of a tree with the queries that enclose it, the outermost first.

    Args:
        root: A node, a tuple of nodes, or None. When it is a query itself, it encloses what is below it.
    """
    if root is None:
        return
    no_queries: tuple[Any, ...] = ()
    roots = list(_listed(root)) if type(root) is tuple else [root]
    stack = [(node, no_queries) for node in reversed(roots)]
    while stack:
        node, queries = stack.pop()
        yield node, queries
        inner = (*queries, node) if isinstance(node, ast.SelectStmt) else queries
        below = [(child, inner) for child in children(node) if not isinstance(child, _LEAVES)]
        below.reverse()
        stack.extend(below)


def texts(parts: Any) -> tuple[str, ...]:
    """The texts of a list of String nodes, such as the parts of a name; other nodes (`*`) are left out.

    Args:
        parts: A tuple of nodes, one node, or None.
    """
    if parts is None:
        return ()
    if isinstance(parts, ast.String):
        return (str(parts.sval),)
    return tuple(str(part.sval) for part in parts if isinstance(part, ast.String))


def called(node: Any) -> str:
    """Name of the function a FuncCall calls, with its schema when written, `pg_catalog` left out.

    Args:
        node: A FuncCall.
    """
    parts = texts(node.funcname)
    return ".".join(parts[1:] if len(parts) > 1 and parts[0] == "pg_catalog" else parts)


def function_calls(root: Any) -> Iterator[tuple[str, Any]]:
    """Name (see `called`) and node of every function call in a tree.

    Args:
        root: A node, a tuple of nodes, or None.
    """
    for node in nodes_of(root, ast.FuncCall):
        yield called(node), node


def column(node: Any) -> tuple[str, ...]:
    """Parts of a column reference, such as `("depots", "id")`; empty for other nodes and for `*`.

    Args:
        node: Any node.
    """
    if not isinstance(node, ast.ColumnRef):
        return ()
    parts = texts(node.fields)
    return parts if len(parts) == len(node.fields or ()) else ()


def relations_read(root: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The RangeVars in a tree that name a relation rather than a WITH query, with the enclosing queries.

    Args:
        root: A node, a tuple of nodes, or None.
    """
    for node, queries in nodes_with_queries(root):
        if isinstance(node, ast.RangeVar) and (node.schemaname or not _is_with_query(node, queries)):
            yield node, queries


def _is_with_query(reference: Any, queries: tuple[Any, ...]) -> bool:
    return any(
        table.ctename == reference.relname
        for query in queries
        if query.withClause is not None
        for table in query.withClause.ctes or ()
    )


def string_constant(node: Any) -> str | None:
    """The text of a string constant, casts around it ignored; None for anything else.

    Args:
        node: Any node.
    """
    while isinstance(node, ast.TypeCast):
        node = node.arg
    if isinstance(node, ast.A_Const) and isinstance(node.val, ast.String):
        return str(node.val.sval)
    return None
