"""Descriptions of rows: as short as can be, and never of more rows than are meant."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from rempart.access.labels import describe

WORDS = (("own", "other", "none"), ("draft", "final"), ("a", "b"))
ROWS = dict(enumerate(product(*WORDS)))


def test_the_first_words_that_suffice_are_used() -> None:
    assert describe(ROWS, []).text == "no rows"
    assert describe(ROWS, ROWS).text == "all rows"
    assert describe(ROWS, [n for n, label in ROWS.items() if label[0] == "own"]).text == "own"
    assert describe(ROWS, [n for n, label in ROWS.items() if label[:2] == ("own", "draft")]).text == "own and draft"
    either = [n for n, label in ROWS.items() if label[0] == "own" or label[1] == "draft"]
    assert describe(ROWS, either).text == "draft, own"


def test_rows_that_nothing_tells_apart_are_counted() -> None:
    rows = {1: ("own",), 2: ("own",), 3: ("other",)}
    assert describe(rows, [1]).text == "1 of 2 rows that nothing tells apart"
    assert describe(rows, [1, 3]).text == "other, 1 of 2 rows that nothing tells apart"
    assert describe({1: (), 2: ()}, [1]).text == "1 of 2 rows that nothing tells apart"


@given(st.sets(st.sampled_from(sorted(ROWS)), min_size=1, max_size=len(ROWS) - 1))
def test_a_description_means_exactly_the_rows(meant: set[int]) -> None:
    description = describe(ROWS, meant)
    cubes = [part.split(" and ") for part in description.parts]
    assert {n for n, label in ROWS.items() if any(set(cube) <= set(label) for cube in cubes)} == meant
    assert description.mixed is None
