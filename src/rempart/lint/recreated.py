"""Whether what a statement drops is created again by the same revision: then clients do not miss it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pglast import ast

from rempart.sqltext.parse import Parsed, parse
from rempart.sqltext.positioned import PositionedText
from rempart.sqltext.walk import texts

_Name = tuple[str, ...]


def is_recreated(revision: Sequence[PositionedText], text: PositionedText, at: int) -> bool:
    """Whether everything that a DROP takes away is created later in the revision, under the same name.

    Args:
        revision: All texts of it, in order.
        text: The one with the DROP.
        at: Index in it of a character of the DROP.
    """
    position = next(number for number, one in enumerate(revision) if one is text)
    statements = parse(text).statements
    drop = next((one for one in statements if one.start <= at <= one.end), None)
    if drop is None or not isinstance(drop.node, ast.DropStmt):
        return False
    after = [one for one in statements if one.start > drop.start]
    for one in revision[position + 1 :]:
        after.extend(parse(one).statements)
    created = {name for one in after for name in _created(one)}
    dropped = [_dropped(written) for written in drop.node.objects or ()]
    return bool(dropped) and all(any(_same(name, other) for other in created) for name in dropped)


def _created(statement: Parsed) -> list[_Name]:
    node, kind = statement.node, type(statement.node)
    if kind is ast.ViewStmt:
        return [_relation(node.view)]
    if kind is ast.CreateTableAsStmt:
        return [_relation(node.into.rel)]
    if kind is ast.CreateFunctionStmt:
        return [texts(node.funcname)]
    return []


def _relation(node: Any) -> _Name:
    return (str(node.schemaname), str(node.relname)) if node.schemaname else (str(node.relname),)


def _dropped(written: Any) -> _Name:
    return texts(written.objname) if isinstance(written, ast.ObjectWithArgs) else texts(written)


def _same(one: _Name, other: _Name) -> bool:
    """Whether two names may mean the same; a schema that is left out is taken to be that of the other."""
    return all(a == b for a, b in zip(reversed(one), reversed(other), strict=False))
