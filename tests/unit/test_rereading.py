"""Expressions as Postgres prints them, written so that they are read as what they are.

That Postgres reads them so is shown by the round trips; here is what is left alone.
"""

from __future__ import annotations

import pytest

from rempart.catalog.rereading import readable

WRITTEN = {
    "(((b >= 0) AND (b <= 10)) AND (a >= 0))": "(((b) BETWEEN (0) AND (10)) AND (a >= 0))",
    "(((a < 1) OR (a > 2)) OR (((é >= 1) AND (é <= 2)) AND z))": (
        "(((a) NOT BETWEEN (1) AND (2)) OR (((é) BETWEEN (1) AND (2)) AND z))"
    ),
    "(((a = b) AND (c = d)) AND e)": "((ROW(a, c) = ROW(b, d)) AND e)",
    "(((a IS DISTINCT FROM 1) OR (b IS DISTINCT FROM 2)) OR (c IS DISTINCT FROM 3))": (
        "((ROW(a, b) IS DISTINCT FROM ROW(1, 2)) OR (c IS DISTINCT FROM 3))"
    ),
    "((s)::text = ANY ((ARRAY['x'::character varying, 'y, z'::character varying(9)])::text[]))": (
        "((s)::text = ANY ((ARRAY['x'::character varying, 'y, z'::character varying(9)]::character varying[])::text[]))"
    ),
    "(ARRAY['1'::\"Ö\".t])::x[]": '(ARRAY[\'1\'::"Ö".t]::"Ö".t[])::x[]',
}
LEFT_ALONE = [
    "",
    "select 1 -- ((a AND b",
    "((a > 1) AND ((b >= 0) AND (b <= 10)))",
    "(((b >= 0) AND (c <= 10)) AND (a >= 0))",
    "(((b <= 0) AND (b >= 10)) AND (a >= 0))",
    "(((b >= 0) AND (b <= 10)) OR (a >= 0))",
    "(((a > 1) AND (b > 2)) AND c)",
    "comment on table t is '(((b >= 0) AND (b <= 10)) AND (a >= 0))'",
    "create function f() as $$ select (((b >= 0) AND (b <= 10)) AND (a >= 0)) $$",
    "(ARRAY[a, b])::text[]",
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
