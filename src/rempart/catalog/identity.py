"""How an object of a database is named, in comparisons and for people."""

from __future__ import annotations

from typing import NamedTuple

_ON_A_RELATION = {"constraint", "trigger", "rule", "policy"}


class Identity(NamedTuple):
    """The name of an object, the same in every database that has the object.

    Attributes:
        kind: Kind of the object, as in the registry of kinds: `table`, `policy`, `function` and so on.
        schema: Its schema; empty for what is in none.
        name: Its name, or that of the relation it belongs to.
        part: Its name within the relation; a function's argument types, in parentheses; empty for the rest.
    """

    kind: str
    schema: str
    name: str
    part: str = ""

    def __str__(self) -> str:
        qualified = f"{self.schema}.{self.name}" if self.schema else self.name
        if self.kind in _ON_A_RELATION:
            return f"{self.kind} {self.part} on {qualified}"
        if self.kind == "column":
            return f"column {qualified}.{self.part}"
        if self.kind in ("function", "aggregate", "operator"):
            return f"{self.kind} {qualified}{self.part}"
        if self.kind == "default privileges":
            where = f" in schema {self.schema}" if self.schema else ""
            return f"default privileges of {self.name} for {self.part}{where}"
        if self.kind == "setting":
            return f"setting {self.part}" + (f" of role {self.name}" if self.name else " of the database")
        if self.kind == "membership":
            return f"membership of {self.part} in {self.name}"
        if self.kind == "user mapping":
            return f"user mapping of {self.part} on server {self.name}"
        if self.kind == "cast":
            return f"cast of {self.name} to {self.part}"
        return f"{self.kind} {qualified}" if self.kind != "database" else "the database"

    @property
    def relation(self) -> Identity:
        """The table that a part of a table belongs to."""
        return Identity("table", self.schema, self.name)
