"""Whether the history has one end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from alembic.script import Script, ScriptDirectory

from rempart.lint.rule import Problem
from rempart.sqltext.positioned import Place


def several_heads(
    script: ScriptDirectory, ordered: Sequence[Script], places: Mapping[str, Place]
) -> Iterator[tuple[str, Problem]]:
    """A problem of rule `several-heads` at every head but the first.

    Branches that all have a label of their own are meant to stay apart, and are no problem.

    Args:
        script: The revisions.
        ordered: The same from base to head.
        places: Where each file says which revision it is.
    """
    heads = set(script.get_heads())
    ends = [one for one in ordered if one.revision in heads]
    labels = [frozenset(one.branch_labels) for one in ends]
    if len(ends) < 2 or (all(labels) and all(not a & b for n, a in enumerate(labels) for b in labels[:n])):
        return
    first = ends[0].revision
    for one in ends[1:]:
        message = f"revision {one.revision} is a head beside {first}: `alembic upgrade head` refuses to choose"
        yield "several-heads", Problem(message, places[one.revision], one.revision)
