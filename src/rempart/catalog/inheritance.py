"""Tables that start or stop to inherit others: what has to be there before, and what is left behind."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.table import Table
from rempart.catalog.model import Catalog, CatalogObject, Unsupported
from rempart.catalog.statement import qualified, statement

_NO_INHERIT = "NO INHERIT"
_Names = tuple[tuple[str, str], ...]


def stays_behind(part: CatalogObject, before: Catalog, after: Catalog) -> bool:
    """Whether a column or a CHECK that is to go can do so only when its table has stopped to inherit it.

    Args:
        part: The column or constraint.
        before: The state to start from.
        after: The state to reach.
    """
    old, new = (catalog.objects.get(part.identity.relation) for catalog in (before, after))
    if not isinstance(part, Column | Constraint) or not isinstance(old, Table) or not isinstance(new, Table):
        return False
    above = [parent for parent in old.parents if Identity(part.kind, *parent, part.part) in before.objects]
    return bool(above) and not any(parent in new.parents for parent in above)


def needed_first(made: CatalogObject, before: Catalog, after: Catalog) -> bool:
    """Whether a table has to have a column or a CHECK before it inherits the table that has the same.

    Args:
        made: What is made.
        before: The state to start from.
        after: The state to reach.
    """
    if not isinstance(made, Column | Constraint):
        return False
    old, new = (catalog.objects.get(made.identity.relation) for catalog in (before, after))
    if not isinstance(old, Table) or not isinstance(new, Table) or new.bound is not None:
        return False
    added = [parent for parent in new.parents if parent not in old.parents]
    return any(Identity(made.kind, *parent, made.part) in after.objects for parent in added)


def require_reachable(old: Table, new: Table, before: Catalog, after: Catalog) -> None:
    """Refuse other parents of a table when its columns or constraints would not end up as they are to be.

    What a table has already stays its own when it starts to inherit the same; only what comes with CREATE TABLE, or
    later with the parent's, is nothing but inherited.

    Args:
        old: The table before.
        new: The same after.
        before: The state to start from.
        after: The state to reach.

    Raises:
        Unsupported: They would not.
    """
    if old.bound is not None or new.bound is not None or old.parents == new.parents:
        return
    kept = tuple(parent for parent in new.parents if parent in old.parents)
    added = tuple(parent for parent in new.parents if parent not in old.parents)
    for column in after.objects.values():
        if not isinstance(column, Column) or column.identity.relation != new.identity:
            continue
        was = before.objects.get(column.identity)
        if isinstance(was, Column):
            own = was.local or not _has(column.part, new.parents, after)
        else:
            own = column.local if _has(column.part, kept, after) else True
        if own != column.local:
            how = "would stay the table's own" if own else "would not become the table's own"
            raise Unsupported(f"{column.identity} {how} when the table inherits others than before")
        if isinstance(was, Column) and not was.not_null and _has(column.part, added, after, not_null=True):
            raise Unsupported(f"{column.identity} has to be NOT NULL before the table inherits one that is")
    for parent in added:
        for check in checks_of(parent, after):
            own_one = Identity("constraint", new.schema, new.name, check.part)
            if own_one not in after.objects:
                raise Unsupported(f"constraint {check.part} would stay the table's own when it inherits {parent[1]}")


def left_checks(old: Table, new: Table, before: Catalog) -> list[str]:
    """The SQL that drops the CHECKs that a table keeps when it inherits their tables no more.

    Args:
        old: The table before.
        new: The same after.
        before: The state to start from.
    """
    if old.bound is not None:
        return []
    kept = {check.part for parent in old.parents if parent in new.parents for check in checks_of(parent, before)}
    left = {check.part for parent in old.parents if parent not in new.parents for check in checks_of(parent, before)}
    return [
        statement("alter table {} drop constraint if exists {}", qualified(old.schema, old.name), part)
        for part in sorted(left - kept)
        if Identity("constraint", old.schema, old.name, part) not in before.objects
    ]


def checks_of(table: tuple[str, str], catalog: Catalog) -> Iterator[Constraint]:
    """The CHECKs that a table passes on.

    Args:
        table: Its schema and name.
        catalog: Where it is.
    """
    for one in catalog.objects.values():
        if not isinstance(one, Constraint) or one.contype != "c" or (one.schema, one.name) != table:
            continue
        if _NO_INHERIT not in one.definition:
            yield one


def _has(part: str, tables: _Names, catalog: Catalog, *, not_null: bool = False) -> bool:
    found = (catalog.objects.get(Identity("column", *table, part)) for table in tables)
    return any(isinstance(one, Column) and (one.not_null or not not_null) for one in found)
