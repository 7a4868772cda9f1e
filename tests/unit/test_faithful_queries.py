"""Columns without a name keep having none when a printed query is run again."""

from __future__ import annotations

import pytest

from rempart.catalog.faithful import expression, query


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
