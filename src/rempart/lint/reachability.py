"""What can be reached in a graph, explored as far as it is asked about."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

_Node = TypeVar("_Node", bound=Hashable)


def _nothing(node: Hashable) -> bool:
    return False


class Reachability(Generic[_Node]):
    """The transitive closure of a graph, as sets of bits: long chains and cycles cost no more than their edges."""

    def __init__(
        self, successors: Callable[[_Node], Iterable[_Node]], is_goal: Callable[[_Node], bool] = _nothing
    ) -> None:
        """Begin with nothing explored.

        Args:
            successors: The nodes one step from a node; asked once a node.
            is_goal: Which nodes `goal` looks for; asked once a node.
        """
        self._successors, self._is_goal = successors, is_goal
        self._nodes: list[_Node] = []
        self._bits: dict[_Node, int] = {}
        self._reached: dict[_Node, int] = {}
        self._goals = 0

    def reaches(self, start: _Node, end: _Node) -> bool:
        """Whether a node is reached from another in one step or more.

        Args:
            start: Where to start.
            end: Where to get.
        """
        reached = self._explored(start)
        return end in self._bits and bool(reached >> self._bits[end] & 1)

    def goal(self, start: _Node) -> _Node | None:
        """A goal that is the start itself or is reached from it; None when there is none.

        Args:
            start: Where to start.
        """
        found = (self._explored(start) | 1 << self._bits[start]) & self._goals
        return self._nodes[(found & -found).bit_length() - 1] if found else None

    def _explored(self, start: _Node) -> int:
        if start not in self._reached:
            self._explore(start)
        return self._reached[start]

    def _explore(self, start: _Node) -> None:
        steps: dict[_Node, tuple[_Node, ...]] = {start: self._entered(start)}
        ordered: list[_Node] = []
        waiting = [(start, iter(steps[start]))]
        while waiting:
            node, following = waiting[-1]
            new = next((one for one in following if one not in self._reached and one not in steps), None)
            if new is None:
                waiting.pop()
                ordered.append(node)
            else:
                steps[new] = self._entered(new)
                waiting.append((new, iter(steps[new])))
        # What a node reaches stands before it, except around a cycle: that takes further rounds.
        self._reached.update(dict.fromkeys(ordered, 0))
        grows = True
        while grows:
            grows = False
            for node in ordered:
                found = self._reached[node]
                for one in steps[node]:
                    found |= self._reached[one] | 1 << self._bits[one]
                if found != self._reached[node]:
                    self._reached[node], grows = found, True

    def _entered(self, node: _Node) -> tuple[_Node, ...]:
        bit = self._bits[node] = len(self._nodes)
        self._nodes.append(node)
        self._goals |= self._is_goal(node) << bit
        return tuple(dict.fromkeys(self._successors(node)))
