"""The order in which files can be run, derived from what they say."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rempart.errors import UsageError
from rempart.sources.files import SourceFile
from rempart.sqltext.objects import ALL, WITHOUT_SCHEMA, Kind, ObjectName
from rempart.sqltext.statements import Statement

_SATISFIED_BY = {
    Kind.SCHEMA: (Kind.SCHEMA,),
    Kind.RELATION: (Kind.RELATION,),
    # A table is a type as well, and a type can be called like a function.
    Kind.TYPE: (Kind.TYPE, Kind.RELATION),
    Kind.FUNCTION: (Kind.FUNCTION, Kind.TYPE, Kind.RELATION),
    Kind.OPERATOR: (Kind.OPERATOR,),
    Kind.CONFIGURATION: (Kind.CONFIGURATION,),
    Kind.DICTIONARY: (Kind.DICTIONARY,),
    Kind.WRAPPER: (Kind.WRAPPER,),
    Kind.SERVER: (Kind.SERVER,),
    Kind.TRIGGER: (Kind.TRIGGER,),
    Kind.POLICY: (Kind.POLICY,),
    Kind.OBJECT: (Kind.FUNCTION, Kind.TYPE, Kind.RELATION),
}
_SEARCHED_FIRST = "public"
_DECLARED_NOWHERE = (Kind.DICTIONARY, Kind.OPERATOR, Kind.TRIGGER)
"""What may be there although no file creates it: an extension's dictionary or operator, a trigger that a partition has
from its table."""
_OVERLOADED = (Kind.FUNCTION, Kind.OPERATOR)

_Key = tuple[Kind, str, str, str]
_Edges = list[dict[int, tuple[ObjectName, Statement]]]
"""For each file the files it needs, each with one object it needs from there and the statement that does."""


def ordered(
    files: Sequence[SourceFile], own_schemas: Iterable[str], provided: Iterable[ObjectName] = ()
) -> list[SourceFile]:
    """Put files in an order in which each finds what it needs.

    The order is the same on every machine: of the files that could come next, the first given one does.

    Args:
        files: The files; their order decides between those that do not need each other.
        own_schemas: Schemas in which all that is needed must be created by a file or be provided. Those that
            the files create count in any case.
        provided: Objects that are there before the first file.

    Raises:
        UsageError: Two files create the same object, a file needs an object nobody creates, or files need
            each other in a circle.
    """
    edges = _edges(files, set(own_schemas), {_key(name) for name in provided})
    missing = [set(needed) for needed in edges]
    ready = [index for index, needed in enumerate(missing) if not needed]
    order: list[int] = []
    while ready:
        done = heapq.heappop(ready)
        order.append(done)
        for index, needed in enumerate(missing):
            if done in needed:
                needed.remove(done)
                if not needed:
                    heapq.heappush(ready, index)
    if len(order) < len(files):
        raise _circle(files, edges, sorted(set(range(len(files))) - set(order)))
    return [files[index] for index in order]


def _edges(files: Sequence[SourceFile], own_schemas: set[str], provided: set[_Key]) -> _Edges:
    creators = _creators(files)
    own = own_schemas | {name for kind, _, name, _ in creators if kind is Kind.SCHEMA}
    edges: _Edges = []
    for index, file in enumerate(files):
        needed: dict[int, tuple[ObjectName, Statement]] = {}
        for name, statement in sorted(file.needs.items(), key=lambda item: item[0]):
            found = {other for key in _satisfying(name, creators) for other in creators[key]}
            known = found or name.name == ALL or any(key in provided for key in _alternatives(name))
            if not known and name.schema in own and name.kind not in _DECLARED_NOWHERE:
                raise UsageError(
                    f"{statement.place}: {name} is needed, and no file creates it",
                    "Declare it in a file of its own, or correct the name.",
                )
            if index not in found:
                for other in found:
                    needed.setdefault(other, (name, statement))
        edges.append(needed)
    return edges


def _creators(files: Sequence[SourceFile]) -> dict[_Key, set[int]]:
    """Return who creates what. Functions of one name may come from several files; a reference means all."""
    creators: dict[_Key, set[int]] = defaultdict(set)
    first: dict[ObjectName, Statement] = {}
    for index, file in enumerate(files):
        for name, statement in file.creates.items():
            if name in first:
                raise UsageError(
                    f"{statement.place}: {name} is created at {first[name].place} already",
                    "Keep one of the two: an object is declared in one file.",
                )
            first[name] = statement
            creators[_key(name)].add(index)
    return creators


def _key(name: ObjectName) -> _Key:
    return name.kind, name.schema, name.name, "" if name.kind in _OVERLOADED else name.detail


def _alternatives(name: ObjectName) -> Iterator[_Key]:
    """Yield what a reference can mean. Without a schema it is looked up where Postgres looks by default."""
    schema = name.schema if name.schema or name.kind in WITHOUT_SCHEMA else _SEARCHED_FIRST
    for kind in _SATISFIED_BY[name.kind]:
        yield kind, schema, name.name, name.detail


def _satisfying(name: ObjectName, creators: dict[_Key, set[int]]) -> list[_Key]:
    if name.name == ALL:
        return [key for key in creators if key[:2] == (name.kind, name.schema)]
    return [key for key in _alternatives(name) if key in creators]


def _circle(files: Sequence[SourceFile], edges: _Edges, stuck: Sequence[int]) -> UsageError:
    """Tell the shortest way from a file that could not be placed back to itself."""
    path = min((way for index in stuck if (way := _way_back(index, edges))), key=len)
    links = []
    for index, other in zip(path, path[1:] + path[:1], strict=True):
        name, statement = edges[index][other]
        links.append(f"{statement.place} needs {name} of {files[other].statements[0].path}")
    return UsageError(
        f"files of the declared state need each other in a circle: {'; '.join(links)}",
        "Move one of these references to a file of its own, for instance as alter table … add constraint.",
    )


def _way_back(start: int, edges: _Edges) -> list[int]:
    """Return the files of the shortest circle through a file; empty when there is none."""
    ways = [[start]]
    seen = {start}
    for way in ways:
        for other in edges[way[-1]]:
            if other == start:
                return way
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []
