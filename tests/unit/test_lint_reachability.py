"""Reachability in graphs."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from rempart.lint.reachability import Reachability

EDGES = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20)


def by_walking(edges: set[tuple[int, int]], start: int) -> set[int]:
    found: set[int] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        new = {end for begin, end in edges if begin == here} - found
        found |= new
        waiting.extend(new)
    return found


@given(EDGES, st.permutations(range(8)), st.sets(st.integers(0, 7)))
def test_like_walking_whatever_is_asked_first(edges: set[tuple[int, int]], order: list[int], goals: set[int]) -> None:
    graph = Reachability(lambda node: (end for begin, end in edges if begin == node), goals.__contains__)
    for start in order:
        walked = by_walking(edges, start)
        assert {end for end in range(8) if graph.reaches(start, end)} == walked
        goal = graph.goal(start)
        assert (goal is not None) == bool(goals & (walked | {start}))
        assert goal is None or goal in goals & (walked | {start})


def test_long_chains_need_no_stack_and_neighbours_are_asked_once() -> None:
    asked: list[int] = []

    def following(node: int) -> Iterator[int]:
        asked.append(node)
        if node < 20_000:
            yield node + 1

    graph = Reachability(following)
    assert graph.reaches(10_000, 20_000)
    assert graph.reaches(0, 20_000)
    assert not graph.reaches(20_000, 0)
    assert not graph.reaches(5, 5)
    assert sorted(asked) == list(range(20_001))
