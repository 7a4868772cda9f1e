"""Statements inside of statements: found wherever they stand, at their place in the file."""

from __future__ import annotations

import pytest

from rempart.sqltext.bodies import Body, body_of
from rempart.sqltext.constants import Text, Unknown, constant
from rempart.sqltext.literals import read
from rempart.sqltext.parse import parse
from rempart.sqltext.positioned import PositionedText
from rempart.sqltext.tokens import tokens


def body(sql: str) -> Body:
    script = parse(PositionedText.whole_file("f.sql", sql))
    (statement,) = script.statements
    found = body_of(statement.node, script.text)
    assert found is not None
    return found


def block(inside: str) -> Body:
    return body(f"do $$\ndeclare v int;\nbegin\n{inside}\nend $$")


def kinds(found: Body) -> list[str]:
    return [type(one.node).__name__ for one in found.statements]


def grantee_at(found: Body) -> str:
    """The line from where the parser says the grantee stands."""
    (grant,) = (one for one in found.statements if type(one.node).__name__ == "GrantStmt")
    place = grant.text.place(grant.node.grantees[0].location)
    return grant.text.line_text(place.line)[place.column - 1 :]


@pytest.mark.parametrize(
    "sql",
    [
        "do $$ begin grant select on a to é; end $$",
        "do $x$\r\n\tbegin\r\n\tgrant select\r\n\ton a to é; end $x$",
        "do 'begin raise notice ''é''; grant select on a to é; end'",
        "do E'begin\\n\\tgrant select on \\u00e9 to é; end'",
        "do U&'begin grant select on \\00e9 to é; end'",
        "do 'begin '\n  'grant select on a to é; end'",
        "do $$ begin execute 'grant select on a to é'; end $$",
        "do $$ begin execute 'grant select on ' || 'a' || ' to é'; end $$",
        "do $$ begin execute format('grant %s on %I to %I', 'select', 'A b', 'é'); end $$",
        "do 'begin execute ''grant select on a to é''; end'",
        "do $$ begin do $x$ begin null; end $x$; grant select on a to é; end $$",
        "create function f() returns void language plpgsql as $$ begin grant select on a to é; end $$",
        "create function f() returns void language sql as $$ select 1; grant select on a to é; $$",
    ],
)
def test_place_is_that_of_the_file(sql: str) -> None:
    assert grantee_at(body(sql)).startswith("é")


def test_statements_of_every_form_are_found() -> None:
    found = block(
        """
        select a into v from b;
        perform f(1);
        v := (select 1);
        if exists (select 2) then delete from c; end if;
        for r in select 3 loop update d set e = 1; end loop;
        return query select 4;
        call p();
        """
    )
    assert kinds(found) == [
        *["SelectStmt"] * 4,
        *["DeleteStmt", "SelectStmt", "UpdateStmt", "SelectStmt", "CallStmt"],
    ]
    assert found.lost == []
    assert found.troubles == []


def test_what_may_not_run_is_conditional() -> None:
    found = block(
        """
        grant a to b;
        if x then grant c to d; else grant e to f; end if;
        for i in 1..0 loop grant g to h; end loop;
        begin grant i to j; exception when others then grant k to l; end;
        foreach t in array array['x', 'y'] loop grant m to n; end loop;
        """
    )
    grants = {one.node.granted_roles[0].priv_name: one.conditional for one in found.statements}
    assert grants == {"a": False, "c": True, "e": True, "g": True, "i": False, "k": True, "m": False}


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("into strict v, w.x, y[1].z from b", ["a"]),
        ("from b", ["a"]),
    ],
)
def test_targets_of_into_are_no_part_of_the_query(inside: str, expected: list[str]) -> None:
    (select,) = block(f"select a {inside};").statements
    assert [target.val.fields[0].sval for target in select.node.targetList] == expected
    assert select.node.intoClause is None


def test_into_of_insert_stays() -> None:
    assert kinds(block("insert into a (b) select 1 returning c into v;")) == ["InsertStmt"]


def test_error_in_a_body_has_its_place_and_hides_nothing() -> None:
    found = body("do $$\nbegin\n  select 1 form;\n  retrun 2;\n  grant a to b;\nend $$")
    places = [text.place(trouble.start) for text, trouble in found.troubles]
    assert [(place.line, place.column) for place in places] == [(4, 3)]
    assert kinds(found) == ["SelectStmt", "GrantRoleStmt"]


@pytest.mark.parametrize(
    ("inside", "at"),
    [
        ("begin if x then null; end;", "end"),
        ("begin loop null; end if;", "end"),
        ("select 1", "select"),
        ("begin null; end; null;", "null"),
    ],
)
def test_structure_that_cannot_be_followed_is_told(inside: str, at: str) -> None:
    assert body(f"do $${inside}$$").lost, at


def test_other_languages_have_no_body() -> None:
    script = parse(PositionedText.whole_file("f.sql", "do language plpython3u $$ x $$"))
    assert body_of(script.statements[0].node, script.text) is None


def test_standard_body() -> None:
    sql = "create function f() returns int language sql begin atomic insert into a values (1); select 2; end"
    found = body(sql)
    assert kinds(found) == ["InsertStmt", "SelectStmt"]
    assert [sql[start:end] for start, end in found.spans] == ["insert into a values (1)", "select 2"]


def dynamic(inside: str) -> list[tuple[str, bool]]:
    return [(one.written, one.quoted) for one in block(inside).dynamic]


def test_text_made_at_run_time_is_dynamic() -> None:
    assert dynamic("execute x;") == [("x", True)]
    assert dynamic("execute 'select ' || x;") == [("'select ' || x", False)]
    assert dynamic("execute 'select ' || quote_ident(x) using y;") == [("'select ' || quote_ident(x)", True)]
    assert dynamic("execute format('a %s', x) into v;") == [("format('a %s', x)", False)]
    assert dynamic("execute format('a %I %1$L', x);") == [("format('a %I %1$L', x)", True)]
    assert dynamic("return query execute x using y;") == [("x", True)]
    assert dynamic("for r in execute x loop null; end loop;") == [("x", True)]
    assert dynamic("open c for execute x using y;") == [("x", True)]


def executed(declared: str, inside: str) -> list[str]:
    found = body(f"do $$ declare {declared} begin {inside} end $$")
    return [one.text.text for one in found.statements if one.executed] + ["?" for _ in found.dynamic]


def test_variables_with_one_constant_value_are_known() -> None:
    assert executed("q text := 'grant a to b';", "execute q;") == ["grant a to b"]
    assert executed("q text; r text = 'b';", "q := 'grant a to ' || r; execute q;") == ["grant a to b"]


@pytest.mark.parametrize(
    "inside",
    [
        "if x then q := 'drop table c'; end if; execute q;",
        "select 'x' into q; execute q;",
        "execute 'select 1' into q; execute q;",
        "for q in select 'x' loop execute q; end loop;",
        "get diagnostics q = pg_context; execute q;",
        "fetch c into q; execute q;",
        "declare q text := 'x'; begin execute q; end;",
    ],
)
def test_variables_with_other_values_are_not_known(inside: str) -> None:
    assert "?" in executed("q text := 'grant a to b';", inside)


def test_parameters_are_not_known_before_they_are_assigned() -> None:
    sql = "create function f(q text) returns void language plpgsql as $$ begin execute q; q := 'select 1'; end $$"
    assert len(body(sql).dynamic) == 1


def test_loops_over_constants_are_run() -> None:
    inside = """
        foreach t in array array['a', 'b'] loop
            foreach r in array array['x', 'y']::text[] loop
                execute format('grant select on %I to %I', t, r);
            end loop;
        end loop;
    """
    assert executed("t text; r text;", inside) == [
        "grant select on a to x",
        "grant select on a to y",
        "grant select on b to x",
        "grant select on b to y",
    ]


def test_loops_over_something_else_are_dynamic() -> None:
    assert executed("t text;", "foreach t in array x loop execute format('a %I', t); end loop;") == ["?"]
    assert executed("t text := 'a';", "foreach t in array x loop execute 'table ' || t; end loop;") == ["?"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'it''s'", "it's"),
        ("E'a\\tb\\x41\\101\\u0042\\\\'", "a\tbAAB\\"),
        ("$q$a 'b' $$ c$q$", "a 'b' $$ c"),
        ("'a'\n -- comment\n 'b'", "ab"),
        ("U&'d\\0061t\\+000061'", "data"),
        ("'a' || ('b' || 'c')::text", "abc"),
        ("concat('a', 'b')", "ab"),
        ("format('%s%%%I %L %2$s', 'a', 'B\"c', 'it''s')", 'a%"B""c" \'it\'\'s\' B"c'),
        ("pg_catalog.quote_literal('a')", "'a'"),
    ],
)
def test_constant_texts(written: str, value: str) -> None:
    found = constant(PositionedText.whole_file("f", written), 0, len(written))
    assert isinstance(found, Text)
    assert found.value == value
    assert len(found.indexes) == len(value) + 1
    assert all(0 <= index <= len(written) for index in found.indexes)


@pytest.mark.parametrize("written", ["x", "'a' || x", "format('%s')", "format('%s', x)", "1", "'a'", "lower('a')"])
def test_only_constant_texts_are_constant(written: str) -> None:
    found = constant(PositionedText.whole_file("f", written), 0, len(written))
    assert isinstance(found, Text) == (written == "'a'")


def test_unknown_text_tells_whether_its_values_are_quoted() -> None:
    def quoted(written: str) -> bool:
        found = constant(PositionedText.whole_file("f", written), 0, len(written))
        assert isinstance(found, Unknown)
        return found.quoted

    assert quoted("format('%I', x) || ' y'")
    assert quoted("'a' || quote_ident(lower(x))")
    assert not quoted("'a' || lower(x) || y")
    assert not quoted("format('%1$s', x)")


def test_literal_that_does_not_end_is_none() -> None:
    assert read(PositionedText.whole_file("f", "'abc"), 0) is None
    assert read(PositionedText.whole_file("f", "$a$abc"), 0) is None


def test_tokens_of_odd_text() -> None:
    found = [(one.kind, one.text) for one in tokens("a1$b := E'\\''/* /* */ */||$x$'$x$ 1..2 -- c\n\"D\".é")]
    assert found == [
        ("word", "a1$b"),
        ("rest", ":="),
        ("string", "E'\\''"),
        ("rest", "||"),
        ("dollar", "$x$'$x$"),
        ("rest", "1"),
        ("rest", ".."),
        ("rest", "2"),
        ("name", '"D"'),
        ("rest", "."),
        ("word", "é"),
    ]
