"""Predicates as Postgres prints them, put back into the words that people write and the rules know.

Postgres prints every column in a sub-select with its table, though the rules tell a slip by what was written: a name
that was meant for the policy's table and found a nearer one. `a is not distinct from b` it prints as a negation, and
arguments of a variadic function as an array.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from pglast import ast
from pglast.enums import A_Expr_Kind, BoolExprType, SubLinkType
from pglast.parser import ParseError, parse_sql

from rempart.sqltext.walk import column, nodes_of

_HEAD = "select "
_VARIADIC = "VARIADIC ARRAY["
_QUALIFIER = re.compile(r'(?:"(?:[^"]|"")*"|\w+)\s*\.\s*')


_MAY_DIFFER = re.compile(r"IS DISTINCT FROM|VARIADIC ARRAY\[|IN \( SELECT|([\w\"]+)\.[^=\s]+ = \1\.")


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def as_written(predicate: str | None, table: str, columns: Collection[str]) -> str | None:
    """A predicate in the words of a source.

    Args:
        predicate: As pg_get_expr prints it; None for none.
        table: The policy's table, without its schema.
        columns: Its columns.
    """
    # Few predicates hold anything of the kind, and parsing each of them would take the better part of an audit.
    if predicate is None or not _MAY_DIFFER.search(predicate):
        return predicate
    text = _HEAD + predicate
    try:
        tree = parse_sql(text)
    except ParseError:
        return predicate  # said by the linter, when it reads the policy
    edits = {
        *_negations(tree, text),
        *_lists(tree, text),
        *_own_columns(tree, text, table),
        *_captured(tree, text, table, columns),
    }
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text.removeprefix(_HEAD)


def _negations(tree: Any, text: str) -> Iterator[_Edit]:
    """`NOT (a IS DISTINCT FROM b)`: `a IS NOT DISTINCT FROM b`."""
    for node in nodes_of(tree, ast.BoolExpr):
        inner = node.args[0]
        if node.boolop != BoolExprType.NOT_EXPR or not isinstance(inner, ast.A_Expr):
            continue
        places: Any = node.location, inner.location
        start, middle = places
        if (
            inner.kind == A_Expr_Kind.AEXPR_DISTINCT
            and text[start : start + 3] == "NOT"
            and text[middle:].startswith("IS ")
        ):
            yield _Edit(start, start + 3, "")
            yield _Edit(middle, middle + 2, "IS NOT")


def _lists(tree: Any, text: str) -> Iterator[_Edit]:
    """`f(a, VARIADIC ARRAY[b, c])`: `f(a, b, c)`."""
    for call in nodes_of(tree, ast.FuncCall):
        last: Any = call.args[-1] if call.func_variadic else None
        if not isinstance(last, ast.A_ArrayExpr):
            continue
        places: Any = last.list_start, last.list_end
        start, end = places
        head = text.rfind(_VARIADIC, 0, start + 1)
        if head >= 0 and head + len(_VARIADIC) == start + 1 and text[end : end + 1] == "]":
            yield _Edit(head, start + 1, "")
            yield _Edit(end, end + 1, "")


def _own_columns(tree: Any, text: str, table: str) -> Iterator[_Edit]:
    """`x IN (SELECT docs.y FROM t)` in a policy on docs: y was written, and t has none."""
    for link in nodes_of(tree, ast.SubLink):
        targets: Any = getattr(link.subselect, "targetList", None) or ()
        if link.subLinkType != SubLinkType.ANY_SUBLINK or len(targets) != 1:
            continue
        name = column(targets[0].val)
        if name[:-1] == (table,) and table not in _sources(link.subselect):
            yield from _unqualified(targets[0].val, text)


def _captured(tree: Any, text: str, table: str, columns: Collection[str]) -> Iterator[_Edit]:
    """`p.id = p.user_id` in a sub-select, where the policy's table has a user_id too: it may have been meant."""
    for link in nodes_of(tree, ast.SubLink):
        for node in nodes_of(link.subselect, ast.A_Expr):
            left, right = column(node.lexpr), column(node.rexpr)
            if len(left) != 2 or left[:-1] != right[:-1] or left[-1] == right[-1] or left[:-1] == (table,):
                continue
            if right[-1] in columns:
                yield from _unqualified(node.rexpr, text)
            elif left[-1] in columns:
                yield from _unqualified(node.lexpr, text)


def _sources(query: Any) -> set[str]:
    """Names that a query's tables go by."""
    return {
        str(one.alias.aliasname if one.alias is not None else one.relname)
        for one in nodes_of(getattr(query, "fromClause", None) or (), ast.RangeVar)
    }


def _unqualified(reference: Any, text: str) -> Iterator[_Edit]:
    match = _QUALIFIER.match(text, reference.location)
    if match is not None:
        yield _Edit(match.start(), match.end(), "")
