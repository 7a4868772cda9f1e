"""Where a sequence stands when its numbers change."""

from __future__ import annotations

from dataclasses import dataclass

from rempart.catalog.statement import Name, literal, raw, statement

_LIMITS = {"smallint": 2**15 - 1, "integer": 2**31 - 1}


@dataclass(frozen=True)
class Numbers:
    """What a sequence counts.

    Attributes:
        start: START WITH.
        increment: INCREMENT BY.
        minimum: MINVALUE.
        maximum: MAXVALUE.
    """

    start: int
    increment: int
    minimum: int
    maximum: int

    def holds(self, value: int) -> bool:
        """Whether a value is within its bounds.

        Args:
            value: The value.
        """
        return self.minimum <= value <= self.maximum


def bounds_between(before: Numbers, after: Numbers, type: str) -> tuple[int, int] | None:
    """The bounds that a sequence needs for a moment, so that it can be put to its new start; None when it can as it is.

    Args:
        before: Its numbers.
        after: Those that it is to have.
        type: Its integer type by then.
    """
    if before.start == after.start or before.holds(after.start):
        return None
    limit = _LIMITS.get(type, 2**63 - 1)
    return max(min(before.minimum, after.minimum), -limit - 1), min(max(before.maximum, after.maximum), limit)


def put_to_start(named: Name, before: Numbers, after: Numbers) -> list[str]:
    """The SQL that has a sequence begin at its new start, when it has not begun, or stands before its new bounds.

    One that stands behind them is left where it is: Postgres says so and refuses, since it would count again.

    Args:
        named: The sequence.
        before: Its numbers.
        after: Those that it is to have.
    """
    if before.start == after.start and after.holds(before.start):
        return []
    beyond = f"last_value < {after.minimum}" if after.increment > 0 else f"last_value > {after.maximum}"
    return [
        statement(
            "select pg_catalog.setval({}, {}, false) from {} where not is_called or {}",
            literal(named.as_string()), raw(str(after.start)), named, raw(beyond),
        )
    ]  # fmt: skip


def past_what_is_stored(named: Name, table: Name, column: str, numbers: Numbers) -> str:
    """The SQL that has a new sequence go on behind the values of a column that had none; without rows it begins.

    Args:
        named: The sequence.
        table: The column's table.
        column: The column.
        numbers: What the sequence counts.
    """
    last, behind = ("max", ">=") if numbers.increment > 0 else ("min", "<=")
    return statement(
        "select pg_catalog.setval({}, stored.last) from (select pg_catalog.{}({}) as last from {}) stored, {} counted"
        " where stored.last {} counted.last_value and stored.last between {} and {}",
        literal(named.as_string()), raw(last), column, table, named,
        raw(behind), raw(str(numbers.minimum)), raw(str(numbers.maximum)),
    )  # fmt: skip
