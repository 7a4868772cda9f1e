"""Which changes of a column's type may lose values."""

from __future__ import annotations

import pytest

from rempart.catalog.kinds.conversion import may_lose


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("integer", "bigint"),
        ("smallint", "numeric"), ("character varying(10)", "character varying(20)"),
        ("character varying(10)", "text"), ("numeric(8,2)", "numeric(10,2)"), ("numeric(8,2)", "numeric"),
        ("integer", "text"),
        ("real", "double precision"), ("timestamp(3) with time zone", "timestamp(6) with time zone"),
    ],
)  # fmt: skip
def test_kept(before: str, after: str) -> None:
    assert not may_lose(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bigint", "integer"), ("text", "character varying(10)"), ("character varying", "character varying(5)"),
        ("numeric(10,2)", "numeric(10,4)"),
        ("numeric", "numeric(10,2)"), ("double precision", "real"),
        ("text", "integer"),
        ("timestamp with time zone", "date"), ("integer", "numeric(3,0)"), ("public.a", "public.b"),
    ],
)  # fmt: skip
def test_lost(before: str, after: str) -> None:
    assert may_lose(before, after)
