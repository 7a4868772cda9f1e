"""Whether a query has rows whatever the data, for EXISTS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pglast import ast
from pglast.enums import SetOperation

from rempart.sqltext.outcomes import FALSE, TRUE, disjunction
from rempart.sqltext.walk import called

if TYPE_CHECKING:
    from rempart.sqltext.truth import Judge

_AGGREGATES = frozenset(
    """
    count min max sum avg bool_and bool_or every array_agg string_agg json_agg jsonb_agg
    """.split()  # noqa: SIM905
)


def has_rows(judge: Judge, query: Any) -> int:
    """Whether a query has a row: TRUE, FALSE, or both where it depends on data.

    Args:
        judge: Decides its conditions.
        query: A query's parse tree.
    """
    found, waiting = FALSE, [query]
    while waiting:
        one = waiting.pop()
        if _is_union(one) and not _is_cut_to_nothing(judge, one):
            waiting += [one.larg, one.rarg]
        else:
            found = disjunction(found, _has_rows(judge, one))
    return found


def _is_union(query: Any) -> bool:
    """Whether a query is a UNION, which has rows when one of its two sides has."""
    return isinstance(query, ast.SelectStmt) and query.op == SetOperation.SETOP_UNION and query.limitOffset is None


def _is_cut_to_nothing(judge: Judge, query: Any) -> bool:
    return query.limitCount is not None and judge.value(query.limitCount) == 0


def _has_rows(judge: Judge, query: Any) -> int:
    if not isinstance(query, ast.SelectStmt):
        return TRUE | FALSE
    if _is_cut_to_nothing(judge, query):
        return FALSE
    if query.limitOffset is not None or query.havingClause is not None or query.op != SetOperation.SETOP_NONE:
        return TRUE | FALSE
    if query.valuesLists or (_is_aggregate(query) and not query.groupClause):
        return TRUE
    kept = TRUE if query.whereClause is None else judge.outcomes(query.whereClause)
    if not kept & TRUE:
        return FALSE
    some = all(_gives_rows(judge, source) for source in query.fromClause or ())
    return TRUE if some and kept == TRUE else TRUE | FALSE


def _is_aggregate(query: Any) -> bool:
    return any(
        isinstance(target.val, ast.FuncCall) and called(target.val) in _AGGREGATES and target.val.over is None
        for target in query.targetList or ()
    )


def _gives_rows(judge: Judge, source: Any) -> bool:
    if isinstance(source, ast.RangeSubselect):
        return has_rows(judge, source.subquery) == TRUE
    return isinstance(source, ast.RangeVar) and source.schemaname == "pg_catalog"
