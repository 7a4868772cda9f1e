"""The outcomes of each kind of condition, as `truth.Judge` asks for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import reduce
from typing import TYPE_CHECKING, Any

from pglast import ast
from pglast.enums import A_Expr_Kind, BoolExprType, BoolTestType, NullTestType, SubLinkType

from rempart.sqltext.expressions import conjuncts, disjuncts, only_value, operator
from rempart.sqltext.opposites import has_opposites
from rempart.sqltext.outcomes import (
    ANYTHING,
    COMPARISONS,
    FALSE,
    NULL,
    NULL_AS_ITSELF,
    NULLS,
    TRUE,
    UNKNOWN,
    conjunction,
    disjunction,
    negation,
    outcome_of,
)
from rempart.sqltext.rows import has_rows
from rempart.sqltext.walk import texts

if TYPE_CHECKING:
    from rempart.sqltext.truth import Judge

_MATCH_ALL = {
    "~~": re.compile(r"%+"),
    "~~*": re.compile(r"%+"),
    "~": re.compile(r"\^?(\.\*)?\$?"),
    "~*": re.compile(r"\^?(\.\*)?\$?"),
}


def _bool_expr(judge: Judge, node: Any) -> int:
    if node.boolop == BoolExprType.NOT_EXPR:
        return negation(judge.outcomes(node.args[0]))
    if node.boolop == BoolExprType.AND_EXPR:
        return reduce(conjunction, map(judge.outcomes, conjuncts(node)))
    alternatives = list(disjuncts(node))
    out = reduce(disjunction, map(judge.outcomes, alternatives))
    if out & FALSE and has_opposites([_without_true(judge, part) for part in alternatives], judge.own):
        return TRUE | (NULL_AS_ITSELF if out & NULLS else 0)
    return out


def _without_true(judge: Judge, node: Any) -> Any:
    """What is left of an AND when its parts that are true are taken out, if that is one."""
    left = [part for part in conjuncts(node) if judge.outcomes(part) != TRUE]
    return left[0] if len(left) == 1 else node


def _null_test(judge: Judge, node: Any) -> int:
    value = judge.value(node.arg)
    wanted = node.nulltesttype == NullTestType.IS_NULL
    if value is None:
        return TRUE if wanted else FALSE
    if value is not UNKNOWN or not judge.nullable(node.arg):
        return FALSE if wanted else TRUE
    return TRUE | FALSE


_TESTED = {
    BoolTestType.IS_TRUE: (TRUE,),
    BoolTestType.IS_NOT_TRUE: (FALSE, NULL, NULL_AS_ITSELF),
    BoolTestType.IS_FALSE: (FALSE,),
    BoolTestType.IS_NOT_FALSE: (TRUE, NULL, NULL_AS_ITSELF),
    BoolTestType.IS_UNKNOWN: (NULL, NULL_AS_ITSELF),
    BoolTestType.IS_NOT_UNKNOWN: (TRUE, FALSE),
}


def _boolean_test(judge: Judge, node: Any) -> int:
    outcomes, wanted = judge.outcomes(node.arg), sum(_TESTED[node.booltesttype])
    return (TRUE if outcomes & wanted else 0) | (FALSE if outcomes & ~wanted else 0)


def _a_expr(judge: Judge, node: Any) -> int:
    name = operator(node)
    match node.kind:
        case A_Expr_Kind.AEXPR_OP if name in COMPARISONS:
            return judge.compare(name, node.lexpr, node.rexpr)
        case A_Expr_Kind.AEXPR_OP | A_Expr_Kind.AEXPR_LIKE | A_Expr_Kind.AEXPR_ILIKE:
            return _match(judge, name, node)
        case A_Expr_Kind.AEXPR_DISTINCT:
            return negation(_not_distinct(judge, node))
        case A_Expr_Kind.AEXPR_NOT_DISTINCT:
            return _not_distinct(judge, node)
        case A_Expr_Kind.AEXPR_IN:
            found = _any(judge.compare("=", node.lexpr, item) for item in node.rexpr)
            return negation(found) if name == "<>" else found
        case A_Expr_Kind.AEXPR_OP_ANY if isinstance(node.rexpr, ast.A_ArrayExpr):
            return _any(judge.compare(name, node.lexpr, item) for item in node.rexpr.elements or ())
        case A_Expr_Kind.AEXPR_BETWEEN | A_Expr_Kind.AEXPR_NOT_BETWEEN:
            low, high = node.rexpr
            inside = conjunction(judge.compare(">=", node.lexpr, low), judge.compare("<=", node.lexpr, high))
            return inside if node.kind == A_Expr_Kind.AEXPR_BETWEEN else negation(inside)
    return outcome_of(judge.value(node)) if node.kind == A_Expr_Kind.AEXPR_NULLIF else ANYTHING


def _match(judge: Judge, name: str, node: Any) -> int:
    if node.lexpr is None:
        return ANYTHING
    left, right = judge.value(node.lexpr), judge.value(node.rexpr)
    if left is None or right is None:
        return NULL
    if name in ("~~", "~~*") and isinstance(left, str) and isinstance(right, str) and not set(right) & set("%_\\"):
        same = left == right or (name == "~~*" and left.lower() == right.lower())
        return TRUE if same else FALSE
    pattern = _MATCH_ALL.get(name)
    everything = pattern is not None and isinstance(right, str) and pattern.fullmatch(right)
    if everything or (name == "@>" and right in ("{}", "[]")):
        return TRUE | (NULL_AS_ITSELF if judge.nullable(node.lexpr) else 0)
    return ANYTHING


def _not_distinct(judge: Judge, node: Any) -> int:
    left, right = judge.value(node.lexpr), judge.value(node.rexpr)
    if left is None and right is None:
        return TRUE
    for value, other in ((left, node.rexpr), (right, node.lexpr)):
        if value is None:
            return TRUE | FALSE if judge.nullable(other) else FALSE
    return judge.compare("=", node.lexpr, node.rexpr) & ~NULLS


def _any(parts: Iterable[int]) -> int:
    return reduce(disjunction, parts, FALSE)


def _coalesce(judge: Judge, node: Any) -> int:
    out = 0
    for part in node.args:
        outcomes = judge.outcomes(part)
        out |= outcomes & ~NULLS
        if not outcomes & NULLS:
            return out
    return out | outcomes & NULLS


def _case(judge: Judge, node: Any) -> int:
    out = 0
    for branch in node.args:
        condition = branch.expr
        taken = judge.outcomes(condition) if node.arg is None else judge.compare("=", node.arg, condition)
        if taken & TRUE:
            out |= judge.outcomes(branch.result)
        if taken == TRUE:
            return out
    return out | (NULL if node.defresult is None else judge.outcomes(node.defresult))


def _sublink(judge: Judge, node: Any) -> int:
    if node.subLinkType == SubLinkType.EXISTS_SUBLINK:
        return has_rows(judge, node.subselect)
    value = only_value(node.subselect)
    if node.subLinkType == SubLinkType.ANY_SUBLINK and value is not None and node.testexpr is not None:
        name = texts(node.operName)[-1] if node.operName else "="
        return judge.compare(name, node.testexpr, value)
    return ANYTHING


def _column(judge: Judge, node: Any) -> int:
    return ANYTHING if judge.nullable(node) else TRUE | FALSE


HANDLERS: dict[type, Callable[[Judge, Any], int]] = {
    ast.BoolExpr: _bool_expr,
    ast.NullTest: _null_test,
    ast.BooleanTest: _boolean_test,
    ast.A_Expr: _a_expr,
    ast.CoalesceExpr: _coalesce,
    ast.CaseExpr: _case,
    ast.SubLink: _sublink,
    ast.ColumnRef: _column,
}
"""By kind of node; what is no key here is judged by its value."""
