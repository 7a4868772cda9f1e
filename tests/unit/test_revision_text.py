"""SQL as it is written into a revision: Python reads it as it was."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from rempart.revisions.autogenerate import python_text

SQL = st.lists(st.sampled_from(["a", "\\", "\\n", "'", '"', "'''", '"""', "\r", "\n", "\t", "é𝄞", "{x}", "%", "\x0c"]))


@given(SQL)
def test_python_reads_what_was_written(pieces: list[str]) -> None:
    sql = "".join([*pieces, ";\n"])
    # Through a file, where the end of a line may be written in several ways.
    assert ast.literal_eval(python_text(sql).encode().decode()) == f"\n{sql}"


def test_people_read_it_as_it_is_where_that_is_possible() -> None:
    assert python_text("select 1;\n") == '"""\nselect 1;\n"""'
    assert python_text('select \'"""\\d\';\n') == "r'''\nselect '\"\"\"\\d';\n'''"
    assert python_text("select '\r\\';\n") == '"""\nselect \'\\r\\\\\';\n"""'
