"""SQL text to statements: what is no SQL does not hide the rest, and every place is exact."""

from __future__ import annotations

import pytest
from work import calls

from rempart.sqltext.parse import Script, Trouble, parse
from rempart.sqltext.positioned import PositionedText


def script(sql: str) -> Script:
    return parse(PositionedText.whole_file("f.sql", sql))


def kinds(sql: str) -> list[str]:
    return [type(one.node).__name__ for one in script(sql).statements]


def written(sql: str) -> list[str]:
    return [sql[one.start : one.end] for one in script(sql).statements]


def troubles(sql: str) -> list[tuple[str, int, int]]:
    found = script(sql)
    places = [(one.trouble.value, found.text.place(one.start)) for one in found.troubles]
    return [(kind, place.line, place.column) for kind, place in places]


def test_statement_begins_behind_comments_and_ends_before_its_semicolon() -> None:
    sql = "-- one\n/* two */ select 1 ; -- three\n  select 2 -- four\n/* five */"
    assert written(sql) == ["select 1 ", "select 2"]


@pytest.mark.parametrize("sql", ["", "   \n", "-- only a comment", "/* a */ -- b", ";;\n;"])
def test_text_without_statements(sql: str) -> None:
    assert script(sql).statements == ()
    assert script(sql).troubles == ()


def test_bad_statement_does_not_hide_those_around_it() -> None:
    sql = "create schema a;\ncreate tabel b;\ncreate schema c;"
    assert written(sql) == ["create schema a", "create schema c"]
    assert troubles(sql) == [("syntax", 2, 8)]


def test_forgotten_semicolon_keeps_both_statements() -> None:
    sql = "create table a (b int)\ncreate table c (d int);"
    assert written(sql) == ["create table a (b int)", "create table c (d int)"]
    assert troubles(sql) == [("syntax", 2, 1)]


def test_parenthesis_that_never_closes_does_not_hide_the_next_line() -> None:
    sql = "create table a (b int;\ngrant select on a to b;\nselect 1;"
    assert kinds(sql) == ["GrantStmt", "SelectStmt"]
    assert troubles(sql) == [("syntax", 1, 22)]


@pytest.mark.parametrize("opening", ["'abc", '"abc', "$$abc", "$x$abc", "/* abc", "E'abc\\'"])
def test_quote_that_never_closes_does_not_hide_the_next_line(opening: str) -> None:
    sql = f"select 1;\nselect {opening};\ngrant select on a to b;"
    assert kinds(sql) == ["SelectStmt", "GrantStmt"]
    assert troubles(sql) == [("syntax", 2, 8)]


def test_message_is_one_short_line() -> None:
    sql = "select '" + "abc\n" * 100
    (trouble,) = script(sql).troubles
    assert "\n" not in trouble.message
    assert len(trouble.message) <= 100


def test_commands_of_psql_are_troubles_and_not_sql() -> None:
    sql = "\\set ON_ERROR_STOP on\nselect 1 \\gexec\ncreate schema a; \\i b.sql\nselect\n\\echo c\n2;"
    assert kinds(sql) == ["SelectStmt", "CreateSchemaStmt", "SelectStmt"]
    assert troubles(sql) == [("psql", 1, 1), ("psql", 2, 10), ("psql", 3, 18), ("psql", 5, 1)]


def test_variables_of_psql_are_troubles_and_the_statement_is_read() -> None:
    sql = "alter table a owner to :owner;\nselect :'b'::text, :\"c\", d[1:2], e::int;"
    assert kinds(sql) == ["AlterTableStmt", "SelectStmt"]
    assert troubles(sql) == [("psql", 1, 24), ("psql", 2, 8), ("psql", 2, 20)]


def test_data_of_a_dump_are_left_out() -> None:
    sql = "COPY a (b) FROM stdin;\nit's\t$$\n\\N\n\\.\n\\restrict abc\ngrant select on a to b;\n"
    assert kinds(sql) == ["CopyStmt", "GrantStmt"]
    assert troubles(sql) == []
    assert script(sql).text.place(script(sql).statements[1].start).line == 6


def test_data_without_their_end_are_not_taken_for_data() -> None:
    sql = "COPY a FROM stdin;\ngrant select on a to b;\nx y z;\n"
    assert kinds(sql) == ["CopyStmt", "GrantStmt"]
    assert troubles(sql) == [("syntax", 3, 1)]


def test_byte_order_mark_and_windows_lines() -> None:
    sql = "\ufeffcreate schema a;\r\n\r\nselect b form c;\r\nselect é from ü;\r\n"
    assert kinds(sql) == ["CreateSchemaStmt", "SelectStmt"]
    assert troubles(sql) == [("syntax", 3, 15)]


def test_nul_is_a_trouble() -> None:
    sql = "select 1;\0 select 2;"
    assert kinds(sql) == ["SelectStmt", "SelectStmt"]
    assert troubles(sql) == [("syntax", 1, 10)]


def test_lone_surrogate_is_a_trouble() -> None:
    sql = "select '\ud800';\nselect 2;"
    assert kinds(sql) == ["SelectStmt"]
    assert troubles(sql) == [("syntax", 1, 1)]


@pytest.mark.parametrize(
    "nested",
    [
        "(" * 60_000 + "1" + ")" * 60_000,
        "(select " * 20_000 + "1" + ")" * 20_000,
        "case when true then " * 5_000 + "1" + " end" * 5_000,
        "not " * 50_000 + "true",
    ],
)
def test_deep_nesting_neither_crashes_nor_hides_the_rest(nested: str) -> None:
    sql = f"select {nested};\ngrant select on a to b;"
    assert kinds(sql)[-1] == "GrantStmt"


def test_locations_of_recovered_statements_are_those_of_the_file() -> None:
    sql = "-- é\ncreate tabel x;\ngrant select on ü.é to \"Ô\";\ndo 'begin end';"
    grant, block = script(sql).statements
    for one, at, expected in (
        (grant, grant.node.grantees[0].location, '"Ô"'),
        (grant, grant.node.objects[0].location, "ü.é"),
        (block, block.node.args[0].arg_location, "'begin"),
    ):
        place = one.text.place(at)
        assert one.text.line_text(place.line)[place.column - 1 :].startswith(expected)


def test_standard_body_is_not_cut_at_its_semicolons() -> None:
    body = "begin atomic select case when true then 1 end; select 2; end"
    sql = f"create tabel x;\ncreate function f() returns int language sql {body};\nselect 3;"
    assert kinds(sql) == ["CreateFunctionStmt", "SelectStmt"]


def test_spans_hold_what_was_meant_to_be_a_statement() -> None:
    sql = "create tabel x;\nselect 1 \\gexec\n"
    spans = {sql[start:end] for start, end in script(sql).spans}
    assert any(span.startswith("create tabel") for span in spans)
    assert "select 1 \\gexec" in spans


def test_places_in_a_long_text_beyond_ascii() -> None:
    sql = "select 'é' as a; /* ü */ select 2\n;\n" * 2_000
    found = script(sql)
    assert len(found.statements) == 4_000
    assert found.troubles == ()
    for number, one in enumerate(found.statements[1::2]):
        place = one.text.place(one.node.targetList[0].location)
        assert (place.line, place.column) == (2 * number + 1, 33)
        assert sql[one.start : one.end].strip() == "select 2"


def test_a_long_broken_text_is_read_to_its_end() -> None:
    line = "insert into a values (1, 'x'));\n"
    found = script(line * 30_000)
    assert len(found.troubles) == 30_000
    assert all(one.trouble is Trouble.SYNTAX for one in found.troubles)
    assert calls(lambda: script(line * 4_000)) < 5 * calls(lambda: script(line * 1_000))
