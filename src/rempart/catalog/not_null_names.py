"""Names of NOT NULL, where the usual one would not be given: another constraint of the schema has it.

A table made LIKE another, or renamed, keeps the names of the other (ChooseConstraintName in pg_constraint.c looks
at the whole schema).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.types import Domain
from rempart.catalog.model import Catalog, CatalogObject

_WITH_NAMES_OF_DOMAINS = 17  # the version from which the NOT NULL of a domain has a name


def explicit(before: Catalog, after: Catalog) -> Callable[[CatalogObject], CatalogObject]:
    """What gives the NOT NULL of a column or a domain its usual name expressly, where it has to be.

    Args:
        before: The state to start from.
        after: The state to reach.
    """
    taken = {
        (one.schema, one.not_null_name if isinstance(one, Column | Domain) else one.part)
        for catalog in (before, after)
        for one in catalog.objects.values()
        if one.kind == "constraint" or (isinstance(one, Column | Domain) and one.not_null_name)
    }
    kinds = Column | Domain if after.major >= _WITH_NAMES_OF_DOMAINS else Column

    def named(one: CatalogObject) -> CatalogObject:
        if isinstance(one, kinds) and one.not_null and (one.schema, one.not_null_constraint()) in taken:
            return replace(one, not_null_name=one.not_null_constraint())
        return one

    return named
