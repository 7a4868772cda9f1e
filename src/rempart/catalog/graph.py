"""Nodes that must come one after another, put in an order."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

_Node = TypeVar("_Node")
_Value = TypeVar("_Value")


class Graph(Generic[_Node, _Value]):
    """Things to do, some of which have to wait for others.

    Attributes:
        nodes: What there is to do.
        stuck: After `ordered`: the nodes that wait for each other.
    """

    def __init__(self) -> None:
        self.nodes: dict[_Node, _Value] = {}
        self.stuck: list[_Node] = []
        self._later: dict[_Node, set[_Node]] = defaultdict(set)

    def add(self, node: _Node, value: _Value) -> None:
        """Add a node.

        Args:
            node: Its key.
            value: What it stands for.
        """
        self.nodes[node] = value

    def edge(self, first: _Node, second: _Node) -> None:
        """Have a node wait for another; nothing happens when one of them is not there.

        Args:
            first: The node that comes first.
            second: The node that waits.
        """
        if first in self.nodes and second in self.nodes and first != second:
            self._later[first].add(second)

    def ordered(self, key: Callable[[_Node], Any]) -> list[_Value]:
        """All that can be done, each after what it waits for; of several, the one with the least key comes first.

        Args:
            key: What decides between nodes that need not wait.
        """
        waiting: dict[_Node, int] = defaultdict(int)
        for followers in self._later.values():
            for node in followers:
                waiting[node] += 1
        # Of nodes with one key the first that was added comes first, in every run.
        place = {node: index for index, node in enumerate(self.nodes)}
        ready = [(key(node), place[node], node) for node in self.nodes if not waiting[node]]
        heapq.heapify(ready)
        order: list[_Node] = []
        while ready:
            node = heapq.heappop(ready)[2]
            order.append(node)
            for follower in self._later[node]:
                waiting[follower] -= 1
                if not waiting[follower]:
                    heapq.heappush(ready, (key(follower), place[follower], follower))
        done = set(order)
        self.stuck = [node for node in self.nodes if node not in done]
        return [self.nodes[node] for node in order]
