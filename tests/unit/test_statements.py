"""Splitting SQL into statements, with their places; ending a text with a semicolon."""

from __future__ import annotations

from pathlib import Path

import pytest
from pglast import ast

from rempart.errors import UsageError
from rempart.sqltext.statements import read, split, terminated

TEXT = """-- été
create table public.a (id int); create table public.b (
    id int -- a comment ; inside
);

/* é */   select ';', $$ ; $$
-- the end
"""


def test_statements_are_found_with_their_places() -> None:
    found = split(TEXT, Path("a.sql"))
    assert [(statement.line, statement.column) for statement in found] == [(2, 1), (2, 33), (6, 11)]
    assert [type(statement.node) for statement in found] == [ast.CreateStmt, ast.CreateStmt, ast.SelectStmt]
    assert found[0].text == "create table public.a (id int)"
    assert found[1].text == "create table public.b (\n    id int -- a comment ; inside\n)"
    assert found[2].text.startswith("select ';', $$ ; $$")
    assert found[1].place == "a.sql:2:33"


def test_a_text_of_comments_has_no_statement() -> None:
    assert split("-- nothing\n/* here */\n") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 1;\n\nselect é frm x y;\n", r"a\.sql:3:14: syntax error at or near \"x\""),
        ("select 1;\nselect 'été", r"a\.sql:2:8: unterminated quoted string"),
        ("select (1;", r"a\.sql:1:10: syntax error"),
        ("select 1;\ncreate table", r"a\.sql:2:13: syntax error at end of input"),
        ("-- é\n\\set x 1\nselect 1;", r"a\.sql:2:1: \\set is a command of psql, not SQL"),
        ("select 1 \\gexec\n", r"a\.sql:1:10: \\gexec is a command of psql, not SQL"),
    ],
)
def test_what_is_not_sql_is_refused_with_its_place(text: str, expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        split(text, Path("a.sql"))


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.sql"
    path.write_bytes("select 'é'".encode("latin-1"))
    with pytest.raises(UsageError, match=r"latin\.sql cannot be read"):
        read(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "missing.sql")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 1", "select 1;"),
        ("select 1;", "select 1;"),
        ("select 1;\n", "select 1;\n"),
        ("select 1 ; -- done", "select 1 ; -- done"),
        ("select 1 -- done;", "select 1 -- done;\n;"),
        ("select 1 -- done\n", "select 1 -- done\n\n;"),
        ("select 1 /* ; */", "select 1 /* ; */;"),
        ("select ';'", "select ';';"),
        ("select $$;$$", "select $$;$$;"),
        ("-- nothing", "-- nothing"),
        ("", ""),
        ("select 'open", "select 'open\n;"),
    ],
)
def test_only_a_missing_semicolon_is_added(text: str, expected: str) -> None:
    assert terminated(text) == expected
