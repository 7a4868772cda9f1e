"""The parts and the normal form of conditions."""

from __future__ import annotations

from typing import Any

import pytest
from pglast import ast, parse_sql

from rempart.sqltext.expressions import (
    bare,
    conjuncts,
    disjuncts,
    equalities,
    key,
    reads_columns,
    without_casts,
)
from rempart.sqltext.opposites import opposite_key


def condition(text: str) -> Any:
    return parse_sql(f"select * from t where {text}")[0].stmt.whereClause


OWN = frozenset({"t"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 1", "a=1"),
        ("a != 1", "a <> 1"),
        ("t.a = 1", "a = 1"),
        ("(select auth.uid()) = a", "auth.uid() = a"),
        ("((select (auth.uid()))) = a", "auth.uid() = a"),
        ("a::pg_catalog.int4 = 1", "a::integer = 1"),
        ('"a" = 1', "a = 1"),
        ('a collate "C" = b', "a = b"),
        ("not a", "NOT (a)"),
        ("a in (1, 2)", "a in ( 1,2 )"),
    ],
)
def test_same_expressions_have_the_same_key(one: str, other: str) -> None:
    assert key(condition(one), OWN) == key(condition(other), OWN)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 1", "a = 2"),
        ("a = 1", "b = 1"),
        ("u.a = 1", "a = 1"),
        ("a::int = 1", "a = 1"),
        ("(select f() from u) = a", "f() = a"),
        ("(select f() limit 1) = a", "f() = a"),
        ('"A" = 1', "a = 1"),
        ("a and b", "a or b"),
    ],
)
def test_other_expressions_have_other_keys(one: str, other: str) -> None:
    assert key(condition(one), OWN) != key(condition(other), OWN)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", "not a"),
        ("a is null", "a is not null"),
        ("a = 1", "a <> 1"),
        ("a < 1", "a >= 1"),
        ("a is true", "a is not true"),
        ("a is unknown", "a is not unknown"),
        ("a in (1)", "a not in (1)"),
        ("a between 1 and 2", "a not between 1 and 2"),
        ("a is distinct from 1", "a is not distinct from 1"),
    ],
)
def test_opposites_are_recognised_both_ways(one: str, other: str) -> None:
    assert opposite_key(condition(one)) == key(condition(other))
    assert opposite_key(condition(other)) == key(condition(one))


def test_parts_are_flattened_through_sub_selects() -> None:
    assert len(list(conjuncts(condition("a and (b and (select c and d))")))) == 4
    assert len(list(disjuncts(condition("a or (b or (select c or d)) or (e and f)")))) == 5
    assert list(conjuncts(None)) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a = b", 1),
        ("a is not distinct from b", 1),
        ("a in (b, c)", 2),
        ("a = any (array[b, c, d])", 3),
        ("a <> b", 0),
        ("a not in (b)", 0),
        ("a = b and c = d", 0),
        ("a is null", 0),
    ],
)
def test_equalities_of_one_condition(text: str, number: int) -> None:
    assert len(list(equalities(condition(text)))) == number


def test_wrapping_is_taken_off_only_where_nothing_is_lost() -> None:
    assert isinstance(bare(condition("(select a)")), ast.ColumnRef)
    assert isinstance(bare(condition("(select a from u)")), ast.SubLink)
    assert isinstance(bare(condition("(select a where b)")), ast.SubLink)
    assert isinstance(bare(condition("exists (select a)")), ast.SubLink)
    assert isinstance(without_casts(condition("(select a::text)::boolean")), ast.ColumnRef)


def test_columns_are_seen_in_sub_selects() -> None:
    assert reads_columns(condition("exists (select 1 where a)"))
    assert not reads_columns(condition("auth.uid() is not null"))
