"""Values of Python literals and the places of their characters, judged by Python itself."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.revisions.alignment import align
from rempart.revisions.literals import Hole, Value, literal_parts

PIECES = st.lists(
    st.tuples(
        st.sampled_from(["", "r", "u", "R", "f", "rf", "Fr"]),
        st.sampled_from(["'", '"', "'''", '"""']),
        st.text(st.sampled_from("ab'\"\\ nx41{}é𝄞\t\n$;"), max_size=12),
    ),
    min_size=1,
    max_size=3,
)
SQL = st.text(st.sampled_from("select 1;é\n \t'$x"), max_size=40)


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@given(PIECES, st.sampled_from([" ", "\n", " # why\n ", ""]))
def test_value_is_what_python_says_and_letters_stand_where_it_says(
    pieces: list[tuple[str, str, str]], between: str
) -> None:
    source = "(" + between.join(f"{prefix}{quote}{body}{quote}" for prefix, quote, body in pieces) + ")"
    try:
        value = ast.literal_eval(source)
    except (SyntaxError, ValueError):
        try:
            tree = ast.parse(source, mode="eval").body
        except (SyntaxError, ValueError):
            return
        if not isinstance(tree, ast.JoinedStr) or any(isinstance(one, ast.FormattedValue) for one in tree.values):
            return
        value = eval(source)
    if not isinstance(value, str):
        return
    parts = literal_parts(source, 1, len(source) - 1)
    assert "".join(part.text for part in parts if isinstance(part, Value)) == value
    assert not any(isinstance(part, Hole) for part in parts)
    (whole,) = parts
    assert isinstance(whole, Value)
    assert len(whole.origins) == len(value) + 1
    for character, origin in zip(value, whole.origins, strict=False):
        assert source[origin] in (character, "\\")


@given(SQL, st.sampled_from(["", "    ", "\t"]), st.sampled_from([";", "", "\n;"]))
def test_dedented_and_stripped_text_is_found_again(text: str, indent: str, semicolon: str) -> None:
    value = textwrap.indent(text, indent)
    part = Value(value, range(100, 100 + len(value) + 1))
    for made in (value, textwrap.dedent(value), value.strip(), textwrap.dedent(value).strip("\n") + semicolon):
        origins = align(made, [part])
        if not made.strip("; \n\t"):
            continue
        assert origins is not None
        assert len(origins) == len(made) + 1
        for character, origin in zip(made.rstrip("; \n\t"), origins, strict=False):
            if not character.isspace():
                assert value[origin - 100] == character


def test_text_of_another_literal_is_not_found() -> None:
    part = Value("select 1", range(9))
    for other in ("select 2", "select 1 from t", "select", "x"):
        assert align(other, [part]) is None


def test_placeholders_match_anything_and_stand_at_their_beginning() -> None:
    parts = literal_parts("f'drop table {name} cascade'", 0, 28)
    origins = align("drop table public.depots cascade", parts)
    assert origins is not None
    assert [origins[0], origins[11], origins[23], origins[25]] == [2, 13, 13, 20]
    assert align("drop table public.depots restrict", parts) is None


def test_many_placeholders_do_not_take_long() -> None:
    source = "f'" + "insert {a} " * 200 + "'"
    parts = literal_parts(source, 0, len(source))
    assert align("insert x " * 199 + "inser", parts) is None
    assert align("insert x " * 200, parts) is not None
