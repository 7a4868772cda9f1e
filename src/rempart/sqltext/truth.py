"""Which of true, false and NULL a condition can come out as, whatever the rows.

Three-valued logic over sets of outcomes: what cannot be known is all three. The NULL of `x = x`, which is there only
because x is, is told from others: such a condition is as good as true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from pglast import ast
from pglast.enums import A_Expr_Kind, BoolExprType, BoolTestType, NullTestType, SetOperation, SubLinkType

from rempart.sqltext.expressions import bare, disjuncts, key, only_value, operator, opposite_key
from rempart.sqltext.walk import called, column, texts

TRUE, FALSE, NULL = 1, 2, 4
NULL_AS_ITSELF = 8
"""NULL of a condition that is true for every value of the column it tests."""
ANYTHING = TRUE | FALSE | NULL
UNKNOWN = object()
"""The value of an expression that is not known."""
SOMETHING = object()
"""The value of an expression of which only is known that it is not NULL and not an empty text."""

_OUTCOMES = (TRUE, FALSE, NULL, NULL_AS_ITSELF)
_NULLS = NULL | NULL_AS_ITSELF
_COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})
_TRUE_OF_EQUALS = frozenset({"=", "<=", ">="})
_TEXTS_OF_TRUE = frozenset({"t", "true", "y", "yes", "on", "1"})
_TEXTS_OF_FALSE = frozenset({"f", "false", "n", "no", "off", "0"})
_MATCH_ALL = {
    "~~": re.compile(r"%+"),
    "~~*": re.compile(r"%+"),
    "~": re.compile(r"\^?(\.\*)?\$?"),
    "~*": re.compile(r"\^?(\.\*)?\$?"),
}
_NUMBERS = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8"})
_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "uuid", "citext"})
_STRICT = frozenset(
    "lower upper trim btrim ltrim rtrim length char_length to_jsonb jsonb_extract_path jsonb_extract_path_text"
    " json_extract_path json_extract_path_text split_part replace md5 to_number string_to_array".split()
)
_AGGREGATES = frozenset(
    "count min max sum avg bool_and bool_or every array_agg string_agg json_agg jsonb_agg".split()
)
_VOLATILE = frozenset({"random", "gen_random_uuid", "clock_timestamp", "nextval", "uuid_generate_v4"})
_NEVER_NULL = frozenset({"now", "random", "gen_random_uuid", "clock_timestamp", "statement_timestamp"})


def _nothing_assumed(node: Any) -> object:
    return UNKNOWN


@dataclass(frozen=True)
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
    _outcomes: dict[int, tuple[Any, int]] = field(default_factory=dict, repr=False, compare=False)
    _values: dict[int, tuple[Any, object]] = field(default_factory=dict, repr=False, compare=False)

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
            return _outcome(assumed)
        handler = _HANDLERS.get(type(node))
        return handler(self, node) if handler else _outcome(self.value(node))

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
                return _constant(node)
            case ast.TypeCast():
                return _cast(self.value(node.arg), texts(node.typeName.names)[-1])
            case ast.A_Expr(kind=A_Expr_Kind.AEXPR_NULLIF):
                return self._nullif(node)
            case ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP) if operator(node) not in _COMPARISONS:
                return self._operation(node)
            case ast.CoalesceExpr():
                return self._first_not_null(node.args)
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
        parts = column(node)
        if parts:
            return not (parts[-1] in self.never_null and (len(parts) == 1 or parts[-2] in self.own))
        value = self.value(node)
        if value is not UNKNOWN:
            return value is None
        if isinstance(node, ast.TypeCast):
            return self.nullable(node.arg)
        if isinstance(node, ast.CoalesceExpr):
            return all(self.nullable(part) for part in node.args)
        if isinstance(node, ast.FuncCall):
            return called(node) not in _NEVER_NULL
        if type(node) in _HANDLERS:
            return bool(self.outcomes(node) & _NULLS)
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
            known = _compared(name, a, b)
            if known is not None:
                return TRUE if known else FALSE
        if SOMETHING in (a, b) and "" in (a, b) and name in ("=", "<>"):
            return TRUE if name == "<>" else FALSE
        nullable = self.nullable(left) or self.nullable(right)
        if self._key(left) == self._key(right) and not _changes(left):
            return (TRUE if name in _TRUE_OF_EQUALS else FALSE) | (NULL_AS_ITSELF if nullable else 0)
        return TRUE | FALSE | (NULL if nullable else 0)

    def _key(self, node: Any) -> Any:
        """Key of a compared expression; of coalesce, that of the first part that is not known to be NULL."""
        node = bare(node)
        while isinstance(node, ast.CoalesceExpr):
            parts = [part for part in node.args if self.value(part) is not None]
            if not parts or len(parts) == len(node.args):
                break
            node = bare(parts[0])
        return key(node, self.own)


def _constant(node: Any) -> object:
    if node.isnull:
        return None
    match node.val:
        case ast.Boolean(boolval=value):
            return bool(value)
        case ast.Integer(ival=value):
            return Decimal(value)
        case ast.Float(fval=value):
            return Decimal(value) if re.fullmatch(r"[\d.]+(e[+-]?\d{1,3})?", value.lower()) else UNKNOWN
        case ast.String(sval=value):
            return value
    return UNKNOWN


def _cast(value: object, kind: str) -> object:
    if value is None or value is UNKNOWN or value is SOMETHING:
        return value
    if kind == "bool":
        return {TRUE: True, FALSE: False}.get(_outcome(value), UNKNOWN)
    if kind in _NUMBERS:
        number = _number(value)
        return UNKNOWN if number is None or (kind.startswith("int") and number % 1) else number
    if kind in _TEXTS:
        return str(value).lower() if isinstance(value, bool) else str(value)
    return UNKNOWN


def _number(value: object) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[\d.]{1,40}\s*", value):
        try:
            return Decimal(value.strip())
        except InvalidOperation:
            return None
    return None


def _outcome(value: object) -> int:
    """The outcomes of a value that stands where a condition is wanted."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, Decimal):
        return TRUE if value else FALSE
    if isinstance(value, str):
        word = value.strip().lower()
        return TRUE if word in _TEXTS_OF_TRUE else FALSE if word in _TEXTS_OF_FALSE else ANYTHING
    return TRUE | FALSE if value is SOMETHING else ANYTHING


def _compared(name: str, a: Any, b: Any) -> bool | None:
    if isinstance(a, bool) is not isinstance(b, bool):
        if not (isinstance(a, str) or isinstance(b, str)):
            return None
        a, b = _outcome(a), _outcome(b)
        if ANYTHING in (a, b):
            return None
    elif isinstance(a, Decimal) is not isinstance(b, Decimal):
        a, b = _number(a), _number(b)
        if a is None or b is None:
            return None
    match name:
        case "=":
            return bool(a == b)
        case "<>":
            return bool(a != b)
    if isinstance(a, str):
        return None  # The order of texts depends on the collation.
    match name:
        case "<":
            return bool(a < b)
        case ">":
            return bool(a > b)
        case "<=":
            return bool(a <= b)
    return bool(a >= b)


def _changes(node: Any) -> bool:
    """Whether two evaluations of an expression may differ."""
    return any(name in str(key(node)) for name in _VOLATILE)


def _and(a: int, b: int) -> int:
    out = 0
    for x in _OUTCOMES:
        for y in _OUTCOMES:
            if a & x and b & y:
                # An AND is as bad as its worst part: FALSE, NULL, NULL_AS_ITSELF, TRUE.
                out |= next(worst for worst in (FALSE, NULL, NULL_AS_ITSELF, TRUE) if worst in (x, y))
    return out


def _or(a: int, b: int) -> int:
    out = 0
    for x in _OUTCOMES:
        for y in _OUTCOMES:
            if a & x and b & y:
                out |= next(best for best in (TRUE, NULL_AS_ITSELF, NULL, FALSE) if best in (x, y))
    return out


def _not(a: int) -> int:
    return (FALSE if a & TRUE else 0) | (TRUE if a & FALSE else 0) | (a & _NULLS)


def _bool_expr(judge: Judge, node: Any) -> int:
    parts = [judge.outcomes(part) for part in node.args]
    if node.boolop == BoolExprType.NOT_EXPR:
        return _not(parts[0])
    out = parts[0]
    for part in parts[1:]:
        out = _and(out, part) if node.boolop == BoolExprType.AND_EXPR else _or(out, part)
    if node.boolop == BoolExprType.OR_EXPR and out & FALSE:
        alternatives = list(disjuncts(node))
        keys = {key(part, judge.own) for part in alternatives}
        if any(opposite_key(part, judge.own) in keys for part in alternatives):
            out = TRUE | (NULL_AS_ITSELF if out & _NULLS else 0)
    return out


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
            return _not(_not_distinct(judge, node))
        case A_Expr_Kind.AEXPR_NOT_DISTINCT:
            return _not_distinct(judge, node)
        case A_Expr_Kind.AEXPR_IN:
            found = _any(judge.compare("=", node.lexpr, item) for item in node.rexpr)
            return _not(found) if name == "<>" else found
        case A_Expr_Kind.AEXPR_OP_ANY if isinstance(node.rexpr, ast.A_ArrayExpr):
            return _any(judge.compare(name, node.lexpr, item) for item in node.rexpr.elements or ())
        case A_Expr_Kind.AEXPR_BETWEEN | A_Expr_Kind.AEXPR_NOT_BETWEEN:
            low, high = node.rexpr
            inside = _and(judge.compare(">=", node.lexpr, low), judge.compare("<=", node.lexpr, high))
            return inside if node.kind == A_Expr_Kind.AEXPR_BETWEEN else _not(inside)
    return _outcome(judge.value(node)) if node.kind == A_Expr_Kind.AEXPR_NULLIF else ANYTHING


def _match(judge: Judge, name: str, node: Any) -> int:
    if node.lexpr is None:
        return ANYTHING
    left, right = judge.value(node.lexpr), judge.value(node.rexpr)
    if left is None or right is None:
        return NULL
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
    return judge.compare("=", node.lexpr, node.rexpr) & ~_NULLS


def _any(parts: Iterable[int]) -> int:
    out = FALSE
    for part in parts:
        out = _or(out, part)
    return out


def _coalesce(judge: Judge, node: Any) -> int:
    out = 0
    for part in node.args:
        outcomes = judge.outcomes(part)
        out |= outcomes & ~_NULLS
        if not outcomes & _NULLS:
            return out
    return out | outcomes & _NULLS


def _case(judge: Judge, node: Any) -> int:
    out = 0
    for branch in node.args:
        if node.arg is not None:
            taken = judge.compare("=", node.arg, branch.expr)
        else:
            taken = judge.outcomes(branch.expr)
        if taken & TRUE:
            out |= judge.outcomes(branch.result)
        if taken == TRUE:
            return out
    return out | (NULL if node.defresult is None else judge.outcomes(node.defresult))


def _sublink(judge: Judge, node: Any) -> int:
    if node.subLinkType == SubLinkType.EXISTS_SUBLINK:
        return _has_rows(judge, node.subselect)
    value = only_value(node.subselect)
    if node.subLinkType == SubLinkType.ANY_SUBLINK and value is not None and node.testexpr is not None:
        name = texts(node.operName)[-1] if node.operName else "="
        return judge.compare(name, node.testexpr, value)
    return ANYTHING


def _has_rows(judge: Judge, query: Any) -> int:
    if not isinstance(query, ast.SelectStmt):
        return TRUE | FALSE
    if query.limitCount is not None and judge.value(query.limitCount) == 0:
        return FALSE
    if query.limitOffset is not None or query.havingClause is not None:
        return TRUE | FALSE
    if query.op == SetOperation.SETOP_UNION:
        return _or(_has_rows(judge, query.larg), _has_rows(judge, query.rarg))
    if query.op != SetOperation.SETOP_NONE:
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
        return _has_rows(judge, source.subquery) == TRUE
    return isinstance(source, ast.RangeVar) and source.schemaname == "pg_catalog"


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
