"""Tables, partitioned tables and foreign tables, without their columns and constraints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from rempart.catalog.kinds import foreign
from rempart.catalog.model import CatalogObject, Unsupported
from rempart.catalog.options import option_changes
from rempart.catalog.statement import joined, qualified, raw, statement

OWN_INDEX_PARTS = (
    "no SQL is written for what a partition's indexes have of their own: "
    "a name, options, a comment, statistics, clustering"
)
_KIND = {"r": "table", "p": "table", "f": "foreign table"}


@dataclass(frozen=True, slots=True)
class Table(CatalogObject):
    """A table.

    Attributes:
        relkind: `r` plain, `p` partitioned, `f` foreign.
        persistence: `p` permanent, `u` unlogged.
        access_method: Other than heap.
        tablespace: Other than the database's.
        options: Storage parameters, each `name=value`, sorted, `toast.` before those of its TOAST table.
        stored_options: The same, in the order in which they are kept.
        row_security: ENABLE ROW LEVEL SECURITY.
        force_row_security: FORCE ROW LEVEL SECURITY.
        replica_identity: As ALTER TABLE … REPLICA IDENTITY takes it.
        partition_key: Of a partitioned table.
        bound: Of a partition: its bounds.
        parents: The tables it inherits from, or is a partition of: schema and name.
        of_type: The composite type of a typed table.
        server: The foreign server.
        server_options: The options of a foreign table.
        index_names: Of a partition: the parent's indexes and its own, where these have more of their own than the usual
            name: another one, options, a comment, statistics, clustering.
    """

    relkind: str
    persistence: str
    access_method: str | None
    tablespace: str | None
    options: tuple[str, ...]
    stored_options: tuple[str, ...] = field(compare=False)
    row_security: bool
    force_row_security: bool
    replica_identity: str
    partition_key: str | None
    bound: str | None
    parents: tuple[tuple[str, str], ...]
    of_type: str | None
    server: str | None
    server_options: tuple[str, ...]
    index_names: tuple[tuple[str, str], ...]

    kind: ClassVar[str] = "table"

    def create_with(self, pieces: list[str]) -> list[str]:
        """The SQL that makes it with columns and constraints.

        Args:
            pieces: Each a column or a constraint, as CREATE TABLE takes it.

        Raises:
            Unsupported: It is of a type.
        """
        if self.of_type:
            raise Unsupported("no SQL is written for a table of a type")
        named = qualified(self.schema, self.name)
        body = raw("(\n    " + ",\n    ".join(pieces) + "\n)") if pieces else raw("()")
        parents = [qualified(*parent).as_string() for parent in self.parents]
        made = statement("create {} {} {}", raw(self.word), named, body)
        if self.bound is None and parents:
            made += statement(" inherits ({})", joined(parents))
        made += self.on_server()
        if self.partition_key:
            made += f" partition by {self.partition_key}"
        if self.access_method:
            made += statement(" using {}", self.access_method)
        if self.stored_options:
            made += f" with ({', '.join(self.stored_options)})"
        if self.tablespace:
            made += statement(" tablespace {}", self.tablespace)
        return [made]

    @property
    def word(self) -> str:
        """What CREATE calls it."""
        return "unlogged table" if self.persistence == "u" else _KIND[self.relkind]

    def on_server(self) -> str:
        """Of a foreign table: where it is, as CREATE takes it, with a space before it; empty for the others."""
        if self.server is None:
            return ""
        return statement(" server {}{}", self.server, raw(foreign.options_clause(self.server_options)))

    def attach(self) -> list[str]:
        """The SQL that makes it a partition, after it was created as a table of its own."""
        if self.bound is None:
            return []
        parent = qualified(*self.parents[0])
        return [
            statement(
                "alter table {} attach partition {} {}", parent, qualified(self.schema, self.name), raw(self.bound)
            )
        ]

    def detach(self) -> list[str]:
        """The SQL that takes it out of its partitioned table; to move it, before any other takes its place."""
        named = qualified(self.schema, self.name)
        return [statement("alter table {} detach partition {}", qualified(*self.parents[0]), named)]

    @property
    def identity_index(self) -> str | None:
        """The index that is its replica identity, as REPLICA IDENTITY takes it."""
        return self.replica_identity if self.replica_identity.startswith("using index") else None

    def identify(self) -> list[str]:
        """The SQL of its replica identity."""
        return [
            statement(
                "alter table {} replica identity {}", qualified(self.schema, self.name), raw(self.replica_identity)
            )
        ]

    def switches(self, before: Table | None = None) -> list[str]:
        """The SQL of row security and replica identity, unless that is an index: see `identity_index`.

        Args:
            before: The state to start from; a new table's by default.
        """
        named = qualified(self.schema, self.name)
        found = []
        if self.row_security != (before.row_security if before else False):
            word = raw("enable" if self.row_security else "disable")
            found.append(statement("alter table {} {} row level security", named, word))
        if self.force_row_security != (before.force_row_security if before else False):
            word = raw("force" if self.force_row_security else "no force")
            found.append(statement("alter table {} {} row level security", named, word))
        if self.replica_identity != (before.replica_identity if before else "default") and not self.identity_index:
            found += self.identify()
        return found

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        if self.relkind == "f":
            return [statement("drop foreign table {}", qualified(self.schema, self.name))]
        return [statement("drop table {}", qualified(self.schema, self.name))]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, Table)
        changed = self.own_changes(after)
        if "index_names" in changed:
            raise Unsupported(OWN_INDEX_PARTS)
        fixed = changed & {"partition_key", "of_type"}
        if self.relkind == after.relkind == "f" and "server" in changed:
            return None  # its rows are elsewhere
        if self.relkind != after.relkind or fixed:
            raise Unsupported(f"a table cannot change its {', '.join(sorted(fixed)) or 'kind'} and keep its rows")
        named = qualified(self.schema, self.name)
        found = []
        if "persistence" in changed:
            found.append(
                statement("alter table {} set {}", named, raw("unlogged" if after.persistence == "u" else "logged"))
            )
        if "access_method" in changed:
            found.append(statement("alter table {} set access method {}", named, after.access_method or "heap"))
        if "tablespace" in changed:
            found.append(statement("alter table {} set tablespace {}", named, after.tablespace or "pg_default"))
        if "server_options" in changed:
            change = foreign.option_changes(self.server_options, after.server_options)
            found.append(statement("alter foreign table {} {}", named, raw(change)))
        found += option_changes(f"alter table {named.as_string()}", self.stored_options, after.stored_options)
        found += self._inheritance(after)
        return found + after.switches(self)

    def _inheritance(self, after: Table) -> list[str]:
        if (self.bound, self.parents) == (after.bound, after.parents):
            return []
        named = qualified(self.schema, self.name)
        kept_order = [parent for parent in self.parents if parent in after.parents]
        if None is self.bound is after.bound and list(after.parents[: len(kept_order)]) != kept_order:
            raise Unsupported("no SQL is written for another order of the tables it inherits from")
        if self.bound is not None:
            left = self.detach() if after.bound is None else []  # see `detach`
        else:
            gone = [parent for parent in self.parents if parent not in after.parents]
            left = [statement("alter table {} no inherit {}", named, qualified(*parent)) for parent in gone]
        if after.bound is not None:
            return left + after.attach()
        kept = self.parents if self.bound is None else ()
        joined = [
            statement("alter table {} inherit {}", named, qualified(*parent))
            for parent in after.parents
            if parent not in kept
        ]
        # What the old and the new ones both have stays inherited all the while.
        return joined + left if self.bound is None else left + joined

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("{} {}", raw(_KIND[self.relkind]), qualified(self.schema, self.name))

    def grant_target(self) -> str | None:
        """See `CatalogObject.grant_target`."""
        return statement("table {}", qualified(self.schema, self.name))

    def keeps_data(self) -> bool:
        """See `CatalogObject.keeps_data`."""
        return self.relkind != "f"

    def names_taken(self) -> tuple[tuple[str, str, str], ...]:
        """See `CatalogObject.names_taken`."""
        return (("relation", self.schema, self.name), ("type", self.schema, self.name))
