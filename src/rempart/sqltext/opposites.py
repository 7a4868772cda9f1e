"""Conditions that are each other's negation."""

from __future__ import annotations

from typing import Any

from pglast import ast
from pglast.enums import A_Expr_Kind, BoolExprType, BoolTestType, NullTestType

from rempart.sqltext.expressions import bare, key, negated_by_not, operator

_OPPOSITES = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_KINDS_OF_OPPOSITES = {
    A_Expr_Kind.AEXPR_DISTINCT: A_Expr_Kind.AEXPR_NOT_DISTINCT,
    A_Expr_Kind.AEXPR_NOT_DISTINCT: A_Expr_Kind.AEXPR_DISTINCT,
    A_Expr_Kind.AEXPR_BETWEEN: A_Expr_Kind.AEXPR_NOT_BETWEEN,
    A_Expr_Kind.AEXPR_NOT_BETWEEN: A_Expr_Kind.AEXPR_BETWEEN,
}
_NAMES_OF_KINDS = {A_Expr_Kind.AEXPR_BETWEEN: "BETWEEN", A_Expr_Kind.AEXPR_NOT_BETWEEN: "NOT BETWEEN"}
_TESTS_OF_OPPOSITES = {
    BoolTestType.IS_TRUE: BoolTestType.IS_NOT_TRUE,
    BoolTestType.IS_NOT_TRUE: BoolTestType.IS_TRUE,
    BoolTestType.IS_FALSE: BoolTestType.IS_NOT_FALSE,
    BoolTestType.IS_NOT_FALSE: BoolTestType.IS_FALSE,
    BoolTestType.IS_UNKNOWN: BoolTestType.IS_NOT_UNKNOWN,
    BoolTestType.IS_NOT_UNKNOWN: BoolTestType.IS_UNKNOWN,
}


def opposite_key(node: Any, own: frozenset[str] = frozenset()) -> Any:
    """The `key` of the condition that is true where this one is false.

    Args:
        node: A condition.
        own: As for `key`.
    """
    node = bare(node)
    negated = negated_by_not(node)
    if negated is not None:
        return key(negated, own)
    changed = _opposite(node)
    return ("not", key(node, own)) if changed is None else key(changed, own)


def _opposite(node: Any) -> Any:
    kind: Any
    if isinstance(node, ast.NullTest):
        other = NullTestType.IS_NOT_NULL if node.nulltesttype == NullTestType.IS_NULL else NullTestType.IS_NULL
        return ast.NullTest(arg=node.arg, nulltesttype=other, argisrow=node.argisrow)
    if isinstance(node, ast.BooleanTest):
        kind = node.booltesttype
        return ast.BooleanTest(arg=node.arg, booltesttype=_TESTS_OF_OPPOSITES[kind])
    if isinstance(node, ast.A_Expr):
        kind = node.kind
        name, kind = operator(node), _KINDS_OF_OPPOSITES.get(kind)
        if kind is not None:
            names = (ast.String(sval=_NAMES_OF_KINDS.get(kind, name)),)
            return ast.A_Expr(kind=kind, name=names, lexpr=node.lexpr, rexpr=node.rexpr)
        if node.kind in (A_Expr_Kind.AEXPR_OP, A_Expr_Kind.AEXPR_IN) and name in _OPPOSITES:
            names = (ast.String(sval=_OPPOSITES[name]),)
            return ast.A_Expr(kind=node.kind, name=names, lexpr=node.lexpr, rexpr=node.rexpr)
    return None


def has_opposites(conditions: list[Any], own: frozenset[str]) -> bool:
    """Whether two of some conditions are each other's negation.

    Args:
        conditions: As `bare` gives them.
        own: As for `key`.
    """
    shapes = {_shape(part) for part in conditions}
    if not any(opposite in shapes for opposite in map(_opposite_shape, conditions)):
        return False
    keys = {key(part, own) for part in conditions}
    return any(opposite_key(part, own) in keys for part in conditions)


def _shape(node: Any) -> str:
    """What can be seen of a condition at a glance: two that are not of opposite shape are no opposites."""
    match node:
        case ast.NullTest(nulltesttype=kind):
            return f"null {kind}"
        case ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP | A_Expr_Kind.AEXPR_IN):
            return operator(node) if operator(node) in _OPPOSITES else "other"
    return "other"


def _opposite_shape(node: Any) -> str:
    match node:
        case ast.NullTest(nulltesttype=NullTestType.IS_NULL):
            return f"null {NullTestType.IS_NOT_NULL}"
        case ast.BoolExpr(boolop=BoolExprType.NOT_EXPR, args=(inner,)):
            return _shape(bare(inner))
        case (
            ast.BooleanTest()
            | ast.A_Expr(kind=A_Expr_Kind.AEXPR_DISTINCT | A_Expr_Kind.AEXPR_NOT_DISTINCT | A_Expr_Kind.AEXPR_BETWEEN)
        ):
            return "other"
    shape = _shape(node)
    return _OPPOSITES.get(shape, "none")
