"""What a persona holds on every relation and column, as Postgres answers in its own name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rempart.access.laboratory import Laboratory
from rempart.access.structure import Relation, query


@dataclass(frozen=True)
class Held:
    """What is held on one relation.

    Attributes:
        whole: The privileges on the relation as a whole: `select`, `delete`, `truncate`.
        select: The columns that may be read.
        insert: The columns that may be given on INSERT.
        update: The columns that may be changed.
        row_security: Whether row security applies to the persona there.
    """

    whole: frozenset[str]
    select: tuple[str, ...]
    insert: tuple[str, ...]
    update: tuple[str, ...]
    row_security: bool


def holdings(laboratory: Laboratory, relations: Sequence[Relation]) -> dict[int, Held]:
    """Ask what the persona of the session holds.

    Args:
        laboratory: Where.
        relations: On what.

    Returns:
        By identifier of the relation.
    """
    rows = laboratory.rows(query("privileges"), {"relations": [relation.oid for relation in relations]})
    return {
        oid: Held(frozenset(whole.split()), tuple(select), tuple(insert), tuple(update), active)
        for oid, whole, select, insert, update, active in rows
    }
