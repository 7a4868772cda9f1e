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
_SLOTS: dict[type, tuple[str, ...]] = {}


def _find_slots(kind: Any) -> tuple[str, ...]:
    """The attributes of a kind of node that may hold nodes, going by their types in the parser's structures."""
    types = ((slot, described[0].removesuffix("*")) for slot, described in kind.__slots__.items())
    found = _SLOTS[kind] = tuple(slot for slot, name in types if name == "List" or hasattr(ast, name))
    return found


def children(node: Any) -> Iterator[Any]:
    """The nodes directly below a node, in the order of its attributes; lists of lists are flattened.

    Args:
        node: A node of a parse tree.
    """
    kind = type(node)
    for slot in _SLOTS[kind] if kind in _SLOTS else _find_slots(kind):
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


def below(node: Any) -> list[Any]:
    """What `children` gives, names and constants' inner values left out, the last one first.

    Args:
        node: A node of a parse tree.
    """
    found = []
    kind = type(node)
    for slot in _SLOTS[kind] if kind in _SLOTS else _find_slots(kind):
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
        stack.extend(below(node))


def nodes_of(root: Any, *kinds: type) -> Iterator[Any]:
    """The nodes of some kinds in a tree, parents before children.

    Args:
        root: A node, a tuple of nodes, or None.
        kinds: Classes of nodes.
    """
    for node in nodes(root):
        if isinstance(node, kinds):
            yield node


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


def relations_read(root: Any) -> Iterator[Any]:
    """The RangeVars in a tree that name a relation rather than a WITH query around them.

    Args:
        root: A node, a tuple of nodes, or None.
    """
    inside = list(nodes(root))
    if any(type(node) is ast.CommonTableExpr for node in inside):
        yield from _relations_beside_with_queries(root)
    else:
        yield from (node for node in inside if type(node) is ast.RangeVar)


def _relations_beside_with_queries(root: Any) -> Iterator[Any]:
    no_names: frozenset[str] = frozenset()
    stack = [(node, no_names) for node in (root if type(root) is tuple else (root,))]
    while stack:
        node, names = stack.pop()
        if type(node) is ast.RangeVar and (node.schemaname or node.relname not in names):
            yield node
        clause = getattr(node, "withClause", None)
        if clause is not None:
            names |= {table.ctename for table in clause.ctes or ()}
        stack.extend([(child, names) for child in below(node)])


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
