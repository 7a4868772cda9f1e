"""Predicates as Postgres prints them, in the words that people write."""

from __future__ import annotations

import pytest

from rempart.audit.wording import as_written

COLUMNS = ("id", "team_id", "user_id")


@pytest.mark.parametrize(
    ("printed", "written"),
    [
        (None, None),
        ("(user_id = ( SELECT auth.uid() AS uid))", "(user_id = ( SELECT auth.uid() AS uid))"),
        ("(NOT (team_id IS DISTINCT FROM user_id))", "( (team_id IS NOT DISTINCT FROM user_id))"),
        ("('é' = name AND (NOT (a IS DISTINCT FROM b)))", "('é' = name AND ( (a IS NOT DISTINCT FROM b)))"),
        ("(NOT (a AND (b IS DISTINCT FROM c)))", "(NOT (a AND (b IS DISTINCT FROM c)))"),
        (
            "(jsonb_extract_path_text(auth.jwt(), VARIADIC ARRAY['a'::text, 'é'::text]) = 'x')",
            "(jsonb_extract_path_text(auth.jwt(), 'a'::text, 'é'::text) = 'x')",
        ),
        # The row's own column, returned by a sub-select whose table has no such column.
        (
            "(team_id IN ( SELECT docs.team_id FROM app.teams WHERE (teams.id = 1)))",
            "(team_id IN ( SELECT team_id FROM app.teams WHERE (teams.id = 1)))",
        ),
        ("(id IN ( SELECT docs.id FROM app.docs))", "(id IN ( SELECT docs.id FROM app.docs))"),
        # A name that both tables have: the nearer one took it.
        (
            "(EXISTS ( SELECT 1 FROM app.profiles p WHERE (p.id = p.user_id)))",
            "(EXISTS ( SELECT 1 FROM app.profiles p WHERE (p.id = user_id)))",
        ),
        (
            '(EXISTS ( SELECT 1 FROM app."Team" "T" WHERE ("T".team_id = "T".id)))',
            '(EXISTS ( SELECT 1 FROM app."Team" "T" WHERE ("T".team_id = id)))',
        ),
        (
            "(EXISTS ( SELECT 1 FROM app.teams t WHERE (t.team_id = docs.team_id)))",
            "(EXISTS ( SELECT 1 FROM app.teams t WHERE (t.team_id = docs.team_id)))",
        ),
        ("(EXISTS ( SELECT this is no SQL", "(EXISTS ( SELECT this is no SQL"),
    ],
)
def test_words_of_a_source(printed: str | None, written: str | None) -> None:
    assert as_written(printed, "docs", COLUMNS) == written
