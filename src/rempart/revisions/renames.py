"""New names: nobody can see from two states whether a column was renamed, so it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rempart.catalog.compare import Difference
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.table import Table
from rempart.catalog.model import Catalog, CatalogObject
from rempart.catalog.statement import Name, qualified, statement
from rempart.errors import UsageError
from rempart.sqltext.names import dotted_name


@dataclass(frozen=True)
class Rename:
    """A table or a column that got another name.

    Attributes:
        old: Its identity until then.
        new: Its name from then on.
    """

    old: Identity
    new: str

    def __str__(self) -> str:
        parts = (*self.old[1:3], self.old.part) if self.old.part else self.old[1:3]
        return f"{Name(*parts).as_string()}={Name(self.new).as_string()}"

    def reversed(self) -> Rename:
        """The way back."""
        if self.old.kind == "column":
            return Rename(self.old._replace(part=self.new), self.old.part)
        return Rename(self.old._replace(name=self.new), self.old.name)

    @property
    def statement(self) -> str:
        """The SQL."""
        table = qualified(self.old.schema, self.old.name)
        if self.old.kind == "column":
            return statement("alter table {} rename column {} to {}", table, self.old.part, self.new)
        return statement("alter table {} rename to {}", table, self.new)

    def applied(self, identity: Identity) -> Identity:
        """What an object is called from then on.

        Args:
            identity: Its identity until then.
        """
        if identity == self.old:
            column = self.old.kind == "column"
            return identity._replace(part=self.new) if column else identity._replace(name=self.new)
        if self.old.kind == "table" and (identity.kind, *identity[1:3]) == ("column", *self.old[1:3]):
            return identity._replace(name=self.new)
        return identity


def statements(renamed: Iterable[Rename], catalog: Catalog) -> tuple[str, ...]:
    """The SQL of new names, each given by the names that those before it leave.

    Args:
        renamed: The new names, in order.
        catalog: Where all objects have their old names.

    Raises:
        UsageError: There is no object of such a name.
    """
    known = {identity for identity in catalog.objects if identity.kind in ("table", "column")}
    found = []
    for rename in renamed:
        if rename.old not in known:
            raise UsageError(
                f"--rename: there is no {rename.old}.",
                "Write --rename schema.table.column=new_name, by the names that the ones before it leave.",
            )
        found.append(rename.statement)
        known = {rename.applied(identity) for identity in known}
    return tuple(found)


def parse(text: str) -> Rename:
    """Understand what follows `--rename`.

    Args:
        text: `schema.table=new_name` or `schema.table.column=new_name`; quoted where SQL needs quotes.

    Raises:
        UsageError: It is neither.
    """
    left, separator, right = text.partition("=")
    parts, new = dotted_name(left), dotted_name(right) if separator else None
    if parts is None or len(parts) not in (2, 3) or new is None or len(new) != 1:
        raise UsageError(f"--rename {text} is not understood.", "Write --rename schema.table.column=new_name.")
    kind = "column" if len(parts) == 3 else "table"
    return Rename(Identity(kind, parts[0], parts[1], parts[2] if kind == "column" else ""), new[0])


def likely(differences: Iterable[Difference]) -> list[Rename]:
    """What looks as if it had only got another name: one went, and another came that is like it.

    Args:
        differences: All differences.
    """
    gone = [one.before for one in differences if one.action == "drop" and one.before is not None]
    come = [one.after for one in differences if one.action == "create" and one.after is not None]
    return [
        Rename(old.identity, new.part if isinstance(new, Column) else new.name)
        for old in gone
        for new in come
        if _alike(old, new)
    ]


def _alike(old: CatalogObject, new: CatalogObject) -> bool:
    if isinstance(old, Column) and isinstance(new, Column):
        return replace(old, part=new.part, position=new.position) == new
    return isinstance(old, Table) and isinstance(new, Table) and replace(old, name=new.name) == new
