"""Expressions as Postgres prints them, written so that they are read as what they are.

That Postgres reads them so is shown by the round trips; here is what is left alone.
"""

from __future__ import annotations

import pytest

from rempart.catalog.rereading import read_again, readable

WRITTEN = {
    "(((b >= 0) AND (b <= 10)) AND (a >= 0))": "(((b >= 0) AND (b <= 10))::boolean AND (a >= 0))",
    "(((a < 1) OR (a > 2)) OR (((é >= 1) AND (é <= 2)) AND z))": (
        "(((a < 1) OR (a > 2))::boolean OR (((é >= 1) AND (é <= 2))::boolean AND z))"
    ),
    "((((a > 1) AND (b > 2)) AND c) AND d)": "((((a > 1) AND (b > 2))::boolean AND c)::boolean AND d)",
    "(\n    ((a = b) OR (a = 3)) OR c)": "(\n    ((a = b) OR (a = 3))::boolean OR c)",
    "((s)::text = ANY ((ARRAY['x'::character varying, 'y, z'::character varying(9)])::text[]))": (
        "((s)::text = ANY ((ARRAY['x'::character varying, 'y, z'::character varying(9)]::character varying[])::text[]))"
    ),
    "((ROW(a, b) = ROW(1, f(2))) AND c)": "((ROW(ROW(a, b)) = ROW(ROW(1, f(2)))) AND c)",
    "(ROW(a, b) IS DISTINCT FROM ROW(1, ROW(2)))": "(ROW(ROW(a, b)) IS DISTINCT FROM ROW(ROW(1, ROW(2))))",
    "(ARRAY['1'::\"Ö\".t])::x[]": '(ARRAY[\'1\'::"Ö".t]::"Ö".t[])::x[]',
}
LEFT_ALONE = [
    "",
    "select 1 -- ((a AND b",
    "((a > 1) AND ((b >= 0) AND (b <= 10)))",
    "(((b >= 0) AND (b <= 10)) OR (a >= 0))",
    "comment on table t is '(((b >= 0) AND (b <= 10)) AND (a >= 0))'",
    "create function f() as $$ select (((b >= 0) AND (b <= 10)) AND (a >= 0)) $$",
    "(ARRAY[a, b])::text[]",
    "(ROW(a, b) < ROW(1, 2)) and (ROW(a) = b)",
    "(ARRAY['a'::character varying, 'b'::text])::text[]",
    "(ARRAY['a'::text, 'b'::text])",
    "count(*) OVER (ORDER BY a ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AND ((x))",
]


@pytest.mark.parametrize("printed", WRITTEN)
def test_what_would_be_read_as_something_else(printed: str) -> None:
    assert readable(f"x {printed} y") == f"x {WRITTEN[printed]} y"
    assert readable(readable(printed)) == readable(printed)


@pytest.mark.parametrize("statement", LEFT_ALONE)
def test_what_is_left_alone(statement: str) -> None:
    assert readable(statement) == statement


READ_AGAIN = {
    "(((b >= 0) AND (b <= 10)) AND (a >= 0))": "((b >= 0) AND (b <= 10) AND (a >= 0))",
    "((((a OR b) OR c) OR d) AND (e AND f))": "((a OR b OR c OR d) AND (e AND f))",
    "((s)::text = ANY ((ARRAY['x'::character varying, 'y, z'::character varying(9)])::text[]))": (
        "((s)::text = ANY (ARRAY[('x'::character varying)::text, ('y, z'::character varying(9))::text]))"
    ),
    "(ARRAY['1'::t])::double precision[] || x": "ARRAY[('1'::t)::double precision] || x",
}
READ_AS_IT_IS = [
    "((a AND (b AND c)) OR ((d AND e) OR f))",
    "(ARRAY['a'::t])::d",
    "(ARRAY['a'::t])::d = (x)::text[]",
    "CHECK (((a > 0) AND (b > 0)))",
]


@pytest.mark.parametrize("printed", READ_AGAIN)
def test_what_is_read_as_something_else(printed: str) -> None:
    assert read_again(f"x {printed} y") == f"x {READ_AGAIN[printed]} y"
    assert read_again(READ_AGAIN[printed]) == READ_AGAIN[printed]


@pytest.mark.parametrize("printed", READ_AS_IT_IS)
def test_what_is_read_as_it_is(printed: str) -> None:
    assert read_again(printed) == printed
