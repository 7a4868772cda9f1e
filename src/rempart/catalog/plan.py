"""The statements that lead from one catalog to another, in an order in which each of them can run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rempart.catalog.attaching import with_what_stays
from rempart.catalog.changed import Changed
from rempart.catalog.changes import Changes
from rempart.catalog.compare import Difference, compare
from rempart.catalog.granting import Setup
from rempart.catalog.graph import Graph
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.function import Function
from rempart.catalog.kinds.types import Enum
from rempart.catalog.model import Catalog, Unsupported
from rempart.catalog.ordering import Ordering
from rempart.catalog.remaking import remade
from rempart.catalog.rereading import readable


@dataclass(frozen=True)
class Step:
    """Statements about one object that belong together.

    Attributes:
        identity: The object.
        action: `create`, `alter`, `drop`, or a part of these: `default`, `privileges` and so on.
        statements: SQL, without the last semicolon.
        loses: What users have stored and would lose by it; None when nothing.
    """

    identity: Identity
    action: str
    statements: tuple[str, ...]
    loses: str | None = None


@dataclass(frozen=True)
class Plan:
    """The way from one catalog to another.

    Attributes:
        differences: What differs.
        steps: What to do, in order.
        refused: What no SQL is written for, and why.
    """

    differences: tuple[Difference, ...]
    steps: tuple[Step, ...]
    refused: tuple[tuple[Identity, str], ...]

    @property
    def losses(self) -> list[Step]:
        """The steps by which users lose what they have stored."""
        return [step for step in self.steps if step.loses]


def plan(before: Catalog, after: Catalog, setup: Setup) -> Plan:
    """Find the statements that lead from one catalog to another.

    Args:
        before: The state to start from.
        after: The state to reach.
        setup: Who will run the statements.
    """
    before, after = with_what_stays(before, after)
    found = compare(before, after)
    chosen = {difference.identity: difference for difference in found}
    work = _Work(before, after, chosen, setup)
    if loose := {identity for action, identity in work.stuck if action == "alter" and _is_remakable(identity, before)}:
        # Views that change places, say: none can be altered before the others, but all can be made again.
        again = _Work(before, after, chosen, setup, loose)
        work = work if again.stuck or set(again.refused) - set(work.refused) else again
    refused = [*_not_read(before, after), *work.refused]
    for node in work.stuck:
        refused.append((node[1], "objects need each other in a circle"))
    return Plan(tuple(found), _with_bodies_unchecked(work.steps, before, after), tuple(dict.fromkeys(refused)))


def _is_remakable(identity: Identity, before: Catalog) -> bool:
    old = before.objects.get(identity)
    return old is not None and not old.keeps_data()


class _Work:
    """What there is to do between two catalogs, in order.

    Args:
        before: The state to start from.
        after: The state to reach.
        chosen: The differences to close, by identity.
        setup: Who will run the statements.
        loose: Objects to be made again although they could be altered.

    Attributes:
        steps: What to do, in order.
        refused: What no SQL is written for, and why.
        stuck: What waits for each other.
    """

    def __init__(
        self,
        before: Catalog,
        after: Catalog,
        chosen: Mapping[Identity, Difference],
        setup: Setup,
        loose: Collection[Identity] = (),
    ) -> None:
        self.refused: list[tuple[Identity, str]] = []
        again = remade(before, after, chosen, self.refused, loose)
        changed = Changed(before, after, chosen, again)
        changes = Changes(changed, setup)
        ordering = Ordering(changed, changes.granted)
        graph: Graph[tuple[str, Identity], Step] = Graph()
        for action, identity, make, loses in changes.pieces():
            try:
                statements = tuple(readable(one) for one in make())
            except Unsupported as reason:
                self.refused.append((identity, str(reason)))
                continue
            if statements or action in ("create", "drop", "alter"):
                graph.add((action, identity), Step(identity, action, statements, loses))
        for first, second in ordering.order(graph.nodes):
            graph.edge(first, second)
        self.steps = [step for step in graph.ordered(key=lambda node: ordering.rank(*node)) if step.statements]
        self.stuck = graph.stuck


def _not_read(before: Catalog, after: Catalog) -> list[tuple[Identity, str]]:
    """What only one of the two has, and is of a kind that is not read: no comparison of ours shows it."""
    only = set(before.not_compared) ^ set(after.not_compared)
    return [
        (Identity(kind, "", name), "only one side has it, and this kind is not read") for kind, name in sorted(only)
    ]


def _with_bodies_unchecked(steps: list[Step], before: Catalog, after: Catalog) -> tuple[Step, ...]:
    """Put the check of bodies off, where a body may mention what a later statement makes, or a value just added.

    What a body mentions is in no catalog, so that no order can be found by it. Bodies in standard SQL are different.
    """
    bodies = [
        step
        for step in steps
        if step.action in ("create", "alter")
        and isinstance(body := after.objects.get(step.identity), Function)
        and body.source
    ]
    values = any(step.action == "alter" and isinstance(before.objects[step.identity], Enum) for step in steps)
    if not bodies or (sum(step.action == "create" for step in steps) < 2 and not values):
        return tuple(steps)
    first, last = steps.index(bodies[0]), steps.index(bodies[-1])
    off = Step(bodies[0].identity, "unchecked", ("set local check_function_bodies = off",))
    on = Step(bodies[-1].identity, "checked", ("set local check_function_bodies = on",))
    return (*steps[:first], off, *steps[first : last + 1], on, *steps[last + 1 :])
