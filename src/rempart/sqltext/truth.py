"""Which of true, false and NULL a condition can come out as, whatever the rows.

Three-valued logic over sets of outcomes: what cannot be known is all three. The NULL of `x = x`, which is there only
because x is, is told from others: such a condition is as good as true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from pglast import ast
from pglast.enums import A_Expr_Kind

from rempart.records import field, record
from rempart.sqltext.expressions import bare, conjuncts, key, operator
from rempart.sqltext.judgements import HANDLERS
from rempart.sqltext.outcomes import (
    ANYTHING,
    COMPARISONS,
    FALSE,
    NULL,
    NULL_AS_ITSELF,
    NULLS,
    SOMETHING,
    TRUE,
    UNKNOWN,
    cast_value,
    compared,
    constant_value,
    outcome_of,
)
from rempart.sqltext.walk import called, column, texts

_HOLDS = frozenset({TRUE, TRUE | NULL_AS_ITSELF})
_TRUE_OF_EQUALS = frozenset({"=", "<=", ">="})
_COUNTS = frozenset({"count", "length", "char_length", "octet_length", "cardinality", "abs"})
_NOT_NEGATIVE_IS = frozenset({(">=", Decimal(0)), (">", Decimal(-1)), ("<>", Decimal(-1))})
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
        # An AND holds when each part does: most conditions are refuted by their first.
        return node is not None and all(self.outcomes(part) in _HOLDS for part in conjuncts(node))

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
        handler = HANDLERS.get(type(node))
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
        kind = type(node)
        if kind is ast.ColumnRef:
            return UNKNOWN
        if kind is ast.A_Const:
            return constant_value(node)
        if kind is ast.TypeCast:
            return cast_value(self.value(node.arg), _type(node))
        if kind is ast.FuncCall:
            return self._call(node)
        if kind is ast.CoalesceExpr:
            return self._first_not_null(node.args or ())
        if kind is ast.A_Expr:
            if node.kind == A_Expr_Kind.AEXPR_NULLIF:
                return self._nullif(node)
            if node.kind == A_Expr_Kind.AEXPR_OP and operator(node) not in COMPARISONS:
                return self._operation(node)
        elif kind is ast.A_Indirection:
            return None if self.value(node.arg) is None else UNKNOWN
        elif kind is ast.SQLValueFunction:
            return SOMETHING
        if kind in HANDLERS:
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
        if type(node) in HANDLERS:
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
        if name not in COMPARISONS:
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
