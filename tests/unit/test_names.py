"""Written names of tables."""

from __future__ import annotations

import pytest

from rempart.errors import UsageError
from rempart.sqltext.names import qualified_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("public.depots", ("public", "depots")),
        ("PUBLIC.Depots", ("public", "depots")),
        ('"Odd.schema"."a ""table"""', ("Odd.schema", 'a "table"')),
        ("app.été", ("app", "été")),
    ],
)
def test_names_are_read_as_sql_reads_them(text: str, expected: tuple[str, str]) -> None:
    assert qualified_name(text) == expected


@pytest.mark.parametrize(
    "text",
    ["depots", "a.b.c", "", "public.", "public.a order by 1", "public.a; select 1", "public.'a'", "select"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a name with a schema"):
        qualified_name(text)
