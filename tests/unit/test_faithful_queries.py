"""Columns without a name keep having none when a printed query is run again."""

from __future__ import annotations

import pytest

from rempart.catalog.faithful import expression, query, same


@pytest.mark.parametrize(
    ("printed", "runnable"),
    [
        ("SELECT 1, round(x) FROM t;", "SELECT 1, round(x) FROM t;"),
        (
            "SELECT a FROM t UNION ALL SELECT NULL::text FROM u;",
            'SELECT a FROM t UNION ALL SELECT NULL::text AS "?column?" FROM u;',
        ),
        (
            "SELECT 'é,('::text AS a UNION SELECT f(1, 'é'), (x)::int UNION SELECT b FROM t ORDER BY 1;",
            "SELECT 'é,('::text AS a UNION SELECT f(1, 'é') AS \"?column?\", (x)::int AS \"?column?\" "
            "UNION SELECT b FROM t ORDER BY 1;",
        ),
        ("SELECT ( SELECT f() AS f) AS x;", "SELECT ( SELECT f() AS f) AS x;"),
    ],
)
def test_queries(printed: str, runnable: str) -> None:
    assert query(printed) == runnable


def test_expressions() -> None:
    assert expression("(a > 1)") == "(a > 1)"
    assert expression("(a = ( SELECT f()))") == '(a = ( SELECT f() AS "?column?"))'


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        ("SELECT 1 AS a UNION SELECT 'x'::text;", "SELECT 1 AS a UNION SELECT 'x'::text AS text;", True),
        ("SELECT 1 AS a UNION SELECT f('AS', b) AS f, c AS d;", "SELECT 1 AS a UNION SELECT f('AS', b), c;", True),
        ("SELECT 1 AS a UNION SELECT 'x'::text;", "SELECT 1 AS b UNION SELECT 'x'::text;", False),
        ("SELECT 1 AS a UNION SELECT 'x'::text;", "SELECT 1 AS a UNION SELECT 'y'::text;", False),
        ("(a = ( SELECT f() AS f))", "(a = ( SELECT f()))", True),
        ("(a = ( SELECT f() AS f))", "(b = ( SELECT f()))", False),
        (None, "true", False),
    ],
)
def test_names_that_cannot_be_seen_make_no_difference(first: str | None, second: str, equal: bool) -> None:
    assert same(first, second) is equal
