"""The order of what waits for each other."""

from __future__ import annotations

import random

from rempart.catalog.graph import Graph


def test_nodes_of_one_key_come_in_the_order_they_were_added_whatever_the_edges_order() -> None:
    orders = set()
    for seed in range(20):
        names = [f"node {number}" for number in range(8)]
        graph: Graph[str, str] = Graph()
        for name in ("first", *names):
            graph.add(name, name)
        random.Random(seed).shuffle(names)
        for name in names:
            graph.edge("first", name)
        orders.add(tuple(graph.ordered(key=lambda node: node != "first")))
    assert orders == {("first", *(f"node {number}" for number in range(8)))}


def test_a_circle_is_left_out_and_told() -> None:
    graph: Graph[str, str] = Graph()
    for name in ("a", "b", "c"):
        graph.add(name, name.upper())
    graph.edge("a", "b")
    graph.edge("b", "a")
    graph.edge("a", "nowhere")
    assert graph.ordered(key=str) == ["C"]
    assert graph.stuck == ["a", "b"]
