"""Which of true, false and NULL a condition can come out as, whatever the rows.

Three-valued logic over sets of outcomes: what cannot be known is all three. The NULL of `x = x`, which is there only
because x is, is told from others: such a condition is as good as true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from pglast import ast
from pglast.enums import A_Expr_Kind, BoolExprType, BoolTestType, NullTestType, SubLinkType

from rempart.records import field, record
from rempart.sqltext.expressions import bare, conjuncts, disjuncts, key, only_value, operator, opposite_key
from rempart.sqltext.outcomes import (
    ANYTHING,
    FALSE,
    NULL,
    NULL_AS_ITSELF,
    NULLS,
    SOMETHING,
    TRUE,
    UNKNOWN,
    cast_value,
    compared,
    conjunction,
    constant_value,
    disjunction,
    negation,
    outcome_of,
)
from rempart.sqltext.rows import has_rows
from rempart.sqltext.walk import called, column, texts

_MANY = 100
"""Alternatives among which no opposites are looked for any more: such an OR is a list of values."""
_COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})
_OPPOSITE_OPERATORS = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_TRUE_OF_EQUALS = frozenset({"=", "<=", ">="})
_COUNTS = frozenset({"count", "length", "char_length", "octet_length", "cardinality", "abs"})
_NOT_NEGATIVE_IS = frozenset({(">=", Decimal(0)), (">", Decimal(-1)), ("<>", Decimal(-1))})
_MATCH_ALL = {
    "~~": re.compile(r"%+"),
    "~~*": re.compile(r"%+"),
    "~": re.compile(r"\^?(\.\*)?\$?"),
    "~*": re.compile(r"\^?(\.\*)?\$?"),
}
_STRICT = frozenset(
    """
    lower upper trim btrim ltrim rtrim length char_length to_jsonb jsonb_extract_path jsonb_extract_path_text
    json_extract_path json_extract_path_text split_part replace md5 to_number string_to_array
    """.split()  # noqa: SIM905
)
_VOLATILE = frozenset({"random", "gen_random_uuid", "clock_timestamp", "nextval", "uuid_generate_v4"})
_NEVER_NULL = frozenset({"now", "random", "gen_random_uuid", "clock_timestamp", "statement_timestamp"})


def _nothing_assumed(node: Any) -> object:
    return UNKNOWN


@record(frozen=True)
class Judge:
    """Decides conditions under assumptions, and remembers what it has decided.

    Attributes:
        own: Names the columns of the row may be qualified with.
        never_null: Columns of the row that are never NULL.
        assume: Value of an expression (None for NULL), or UNKNOWN; asked before anything else.
    """

    own: frozenset[str] = frozenset()
    never_null: frozenset[str] = frozenset()
    assume: Callable[[Any], object] = _nothing_assumed
    _outcomes: dict[int, tuple[Any, int]] = field(default_factory=dict)
    _values: dict[int, tuple[Any, object]] = field(default_factory=dict)

    def always_true(self, node: Any) -> bool:
        """Whether a condition is true, or at most NULL where a column that it compares with itself is.

        Args:
            node: A condition; None for none, which is not true.
        """
        return node is not None and self.outcomes(node) in (TRUE, TRUE | NULL_AS_ITSELF)

    def never_true(self, node: Any) -> bool:
        """Whether a condition lets nothing through; also when there is none.

        Args:
            node: A condition, or None.
        """
        return node is None or not self.outcomes(node) & TRUE

    def outcomes(self, node: Any) -> int:
        """The outcomes a condition can have, as a sum of TRUE, FALSE, NULL and NULL_AS_ITSELF.

        Args:
            node: A condition.
        """
        node = bare(node)
        if id(node) not in self._outcomes:
            self._outcomes[id(node)] = node, self._judge(node)
        return self._outcomes[id(node)][1]

    def _judge(self, node: Any) -> int:
        assumed = self.assume(node)
        if assumed is not UNKNOWN:
            return outcome_of(assumed)
        handler = _HANDLERS.get(type(node))
        return handler(self, node) if handler else outcome_of(self.value(node))

    def value(self, node: Any) -> object:
        """The value of an expression where it is constant: a bool, number, text, None for NULL; else UNKNOWN.

        Args:
            node: An expression.
        """
        node = bare(node)
        if id(node) not in self._values:
            self._values[id(node)] = node, self._compute(node)
        return self._values[id(node)][1]

    def _compute(self, node: Any) -> object:
        assumed = self.assume(node)
        if assumed is not UNKNOWN:
            return assumed
        match node:
            case ast.A_Const():
                return constant_value(node)
            case ast.TypeCast():
                return cast_value(self.value(node.arg), _type(node))
            case ast.A_Expr(kind=A_Expr_Kind.AEXPR_NULLIF):
                return self._nullif(node)
            case ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP) if operator(node) not in _COMPARISONS:
                return self._operation(node)
            case ast.CoalesceExpr():
                return self._first_not_null(node.args or ())
            case ast.FuncCall():
                return self._call(node)
            case ast.A_Indirection():
                return None if self.value(node.arg) is None else UNKNOWN
            case ast.SQLValueFunction():
                return SOMETHING
        if type(node) in _HANDLERS:
            return {TRUE: True, FALSE: False, NULL: None}.get(self.outcomes(node), UNKNOWN)
        return UNKNOWN

    def nullable(self, node: Any) -> bool:
        """Whether an expression can be NULL.

        Args:
            node: An expression.
        """
        node = bare(node)
        if isinstance(node, ast.ColumnRef):
            parts = column(node)
            return not (parts and parts[-1] in self.never_null and (len(parts) == 1 or parts[-2] in self.own))
        value = self.value(node)
        if value is not UNKNOWN:
            return value is None
        if isinstance(node, ast.TypeCast):
            return self.nullable(node.arg)
        if isinstance(node, ast.CoalesceExpr):
            return all(self.nullable(part) for part in node.args or ())
        if isinstance(node, ast.FuncCall):
            return called(node) not in _NEVER_NULL
        if type(node) in _HANDLERS:
            return bool(self.outcomes(node) & NULLS)
        return True

    def _nullif(self, node: Any) -> object:
        left, right = self.value(node.lexpr), self.value(node.rexpr)
        if left is None or (left is SOMETHING and right == ""):
            return left
        if UNKNOWN in (left, right) or SOMETHING in (left, right):
            return UNKNOWN
        return None if left == right else left

    def _operation(self, node: Any) -> object:
        left = self.value(node.lexpr) if node.lexpr is not None else UNKNOWN
        right = self.value(node.rexpr)
        if None in (left, right):
            return None
        if isinstance(left, str) and isinstance(right, str) and operator(node) == "||":
            return left + right
        if node.lexpr is None and operator(node) == "-" and isinstance(right, Decimal):
            return -right
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            match operator(node):
                case "+":
                    return left + right
                case "-":
                    return left - right
                case "*":
                    return left * right
        return UNKNOWN

    def _first_not_null(self, parts: Iterable[Any]) -> object:
        for part in parts:
            value = self.value(part)
            if value is not None:
                return value
        return None

    def _call(self, node: Any) -> object:
        name = called(node)
        values = [self.value(part) for part in node.args or ()]
        if name in _STRICT and None in values:
            return None
        if len(values) == 1 and isinstance(values[0], str):
            match name:
                case "lower":
                    return values[0].lower()
                case "upper":
                    return values[0].upper()
                case "length" | "char_length":
                    return Decimal(len(values[0]))
        return UNKNOWN

    def compare(self, name: str, left: Any, right: Any) -> int:
        """The outcomes of a comparison.

        Args:
            name: The operator, such as `=`.
            left: Left operand.
            right: Right operand.
        """
        a, b = self.value(left), self.value(right)
        if a is None or b is None:
            return NULL
        if name not in _COMPARISONS:
            return ANYTHING
        if UNKNOWN not in (a, b) and SOMETHING not in (a, b):
            known = compared(name, a, b)
            if known is not None:
                return TRUE if known else FALSE
        if SOMETHING in (a, b) and "" in (a, b) and name in ("=", "<>"):
            return TRUE if name == "<>" else FALSE
        nullable = self.nullable(left) or self.nullable(right)
        if (name, b) in _NOT_NEGATIVE_IS and self._counts(left):
            return TRUE | (NULL_AS_ITSELF if nullable else 0)
        if (a is UNKNOWN) == (b is UNKNOWN) and self._alike(left, right) and not _changes(left):
            return (TRUE if name in _TRUE_OF_EQUALS else FALSE) | (NULL_AS_ITSELF if nullable else 0)
        return TRUE | FALSE | (NULL if nullable else 0)

    def _counts(self, node: Any) -> bool:
        """Whether an expression is a count or a length, which is never negative."""
        node = bare(node)
        if isinstance(node, ast.SubLink) and isinstance(node.subselect, ast.SelectStmt):
            targets = node.subselect.targetList or ()
            return len(targets) == 1 and self._counts(targets[0].val)
        return isinstance(node, ast.FuncCall) and called(node) in _COUNTS

    def _alike(self, left: Any, right: Any) -> bool:
        """Whether two compared expressions are the same."""
        left, right = self._reduced(left), self._reduced(right)
        return type(left) is type(right) and bool(key(left, self.own) == key(right, self.own))

    def _reduced(self, node: Any) -> Any:
        """A compared expression; of coalesce, the first part that is not known to be NULL."""
        node = bare(node)
        while isinstance(node, ast.CoalesceExpr):
            parts = [part for part in node.args or () if self.value(part) is not None]
            if not parts or len(parts) == len(node.args or ()):
                break
            node = bare(parts[0])
        return node


def _type(node: Any) -> str:
    """Name of the type a TypeCast casts to, without its schema."""
    return texts(node.typeName.names)[-1]


def _changes(node: Any) -> bool:
    """Whether two evaluations of an expression may differ."""
    return any(name in str(key(node)) for name in _VOLATILE)


def _bool_expr(judge: Judge, node: Any) -> int:
    parts = [judge.outcomes(part) for part in node.args]
    if node.boolop == BoolExprType.NOT_EXPR:
        return negation(parts[0])
    out = parts[0]
    for part in parts[1:]:
        out = conjunction(out, part) if node.boolop == BoolExprType.AND_EXPR else disjunction(out, part)
    if node.boolop == BoolExprType.OR_EXPR and out & FALSE and len(node.args) < _MANY:
        alternatives = [_without_true(judge, part) for part in disjuncts(node)]
        if _has_opposites(alternatives, judge.own):
            out = TRUE | (NULL_AS_ITSELF if out & NULLS else 0)
    return out


def _has_opposites(alternatives: list[Any], own: frozenset[str]) -> bool:
    """Whether two conditions are each other's negation."""
    shapes = {_shape(part) for part in alternatives}
    if not any(opposite in shapes for opposite in map(_opposite_shape, alternatives)):
        return False
    keys = {key(part, own) for part in alternatives}
    return any(opposite_key(part, own) in keys for part in alternatives)


def _shape(node: Any) -> str:
    """What can be seen of a condition at a glance: two that are not of opposite shape are no opposites."""
    match node:
        case ast.NullTest(nulltesttype=kind):
            return f"null {kind}"
        case ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP | A_Expr_Kind.AEXPR_IN):
            return operator(node) if operator(node) in _OPPOSITE_OPERATORS else "other"
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
    return _OPPOSITE_OPERATORS.get(shape, "none")


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
        case A_Expr_Kind.AEXPR_OP if name in _COMPARISONS:
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
    out = FALSE
    for part in parts:
        out = disjunction(out, part)
    return out


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


_HANDLERS: dict[type, Callable[[Judge, Any], int]] = {
    ast.BoolExpr: _bool_expr,
    ast.NullTest: _null_test,
    ast.BooleanTest: _boolean_test,
    ast.A_Expr: _a_expr,
    ast.CoalesceExpr: _coalesce,
    ast.CaseExpr: _case,
    ast.SubLink: _sublink,
    ast.ColumnRef: _column,
}
