"""Fast walks over parse trees, and small questions about expressions.

The parser's own visitors are an order of magnitude slower than a walk over the slots of the nodes, and the linter walks
a lot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast

_NODE: Any = ast.Node
_LEAVES = frozenset({ast.String, ast.Integer, ast.Float, ast.Boolean, ast.BitString})
_PLAIN = frozenset({"char*", "Bitmapset*"})
"""Pointers to what is no node."""
_SLOTS: dict[type, tuple[str, ...]] = {}


def _slots(kind: Any) -> tuple[str, ...]:
    """The attributes of a kind of node that may hold nodes: those that are pointers in the parser's structures."""
    found = _SLOTS.get(kind)
    if found is None:
        types = kind.__slots__
        found = tuple(one for one in types if types[one][0].endswith("*") and types[one][0] not in _PLAIN)
        _SLOTS[kind] = found
    return found


def children(node: Any) -> Iterator[Any]:
    """The nodes directly below a node, in the order of its attributes; lists of lists are flattened.

    Args:
        node: A node of a parse tree.
    """
    for slot in _slots(type(node)):
        value = getattr(node, slot)
        if type(value) is tuple:
            yield from _listed(value)
        elif value is not None:
            yield value


def _listed(values: tuple[Any, ...]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, _NODE):
            yield value
        elif type(value) is tuple:
            yield from _listed(value)


def _below(node: Any) -> list[Any]:
    """What `children` gives, constants' inner values left out, the last one first."""
    found = []
    for slot in _slots(type(node)):
        value = getattr(node, slot)
        if value is None:
            continue
        if type(value) is not tuple:
            if type(value) not in _LEAVES:
                found.append(value)
        else:
            for one in value:
                if type(one) is tuple:
                    found.extend(inner for inner in _listed(one) if type(inner) not in _LEAVES)
                elif one is not None and type(one) not in _LEAVES:
                    found.append(one)
    found.reverse()
    return found


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
        stack.extend(_below(node))


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
        stack.extend([(child, inner) for child in _below(node)])


def texts(parts: Any) -> tuple[str, ...]:
    """The texts of a list of String nodes, such as the parts of a name; other nodes (`*`) are left out.

    Args:
        parts: A tuple of nodes, one node, or None.
    """
    if parts is None:
        return ()
    if isinstance(parts, ast.String):
        return (str(parts.sval),)
    found: list[Any] = [part.sval for part in parts if type(part) is ast.String]
    return tuple(found)


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
    if type(node) is not ast.ColumnRef:
        return ()
    fields: Any = node.fields
    parts = texts(fields)
    return parts if len(parts) == len(fields) else ()


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
