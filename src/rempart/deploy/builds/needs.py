"""What a catalog lacks of what a build uses: relations, columns, types, functions, and the privileges of its role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pglast import ast, parse_sql

from rempart.access.grounds import reads_as_caller, squeezed
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.function import Function
from rempart.catalog.kinds.role import Membership, Role
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.view import View
from rempart.catalog.model import Catalog, CatalogObject
from rempart.catalog.privileges import grants
from rempart.deploy.builds.contract import Build, FunctionUse, RelationUse
from rempart.sqltext.walk import nodes_of


@dataclass(frozen=True, order=True)
class Lack:
    """Something that a build uses and does not find.

    Attributes:
        object: What it uses, as people name it.
        what: What is wrong with it.
    """

    object: str
    what: str

    def __str__(self) -> str:
        return f"{self.object}: {self.what}"


@dataclass(frozen=True)
class Needs:
    """A catalog, asked for what builds use.

    Attributes:
        catalog: The catalog.
    """

    catalog: Catalog

    def lacking(self, build: Build) -> Iterator[Lack]:
        """What a build does not find.

        Args:
            build: The build.
        """
        if Identity("role", "", build.role) not in self.catalog.objects:
            yield Lack(f"role {build.role}", "does not exist")
            return
        names = (*(one.relation for one in build.relations), *(one.signature for one in build.functions))
        for schema in dict.fromkeys(name.partition(".")[0] for name in names):
            found = self.catalog.objects.get(Identity("schema", "", schema))
            if found is not None and not self._holds(build.role, "usage", found):
                yield Lack(f"schema {schema}", f"{build.role} has no USAGE")
        for relation in build.relations:
            yield from self._relation(build, relation)
        for function in build.functions:
            yield from self._function(build, function)

    # ---- relations ----

    def _relation(self, build: Build, use: RelationUse) -> Iterator[Lack]:
        found = self._relations.get(use.relation)
        if found is None:
            yield Lack(use.relation, "does not exist")
            return
        columns = self._columns_of(found)
        for name in dict.fromkeys((*use.reads, *(use.insert or ()), *use.update)):
            if name not in columns:
                yield Lack(f"{use.relation}.{name}", "does not exist")
            elif (wanted := (use.types or {}).get(name)) and columns[name] != wanted:
                yield Lack(f"{use.relation}.{name}", f"is {columns[name]}, and was {wanted}")
        for command, names in (("select", use.reads), ("insert", use.insert or ()), ("update", use.update)):
            for name in names:
                if name in columns and not self._holds_on(build.role, command, found, name):
                    yield Lack(f"{use.relation}.{name}", f"{build.role} has no {command.upper()}")
        if use.insert == () and not self._holds(build.role, "insert", found):
            yield Lack(use.relation, f"{build.role} has no INSERT")
        if use.delete and not self._holds(build.role, "delete", found):
            yield Lack(use.relation, f"{build.role} has no DELETE")
        yield from self._unwritable(use, found)
        if use.reads and isinstance(found, View):
            yield from self._behind(build.role, found, {use.relation})

    def _unwritable(self, use: RelationUse, found: Table | View) -> Iterator[Lack]:
        """Columns that take no value, and columns that have to be given one that the build does not know."""
        if isinstance(found, View):
            if use.insert is not None or use.update or use.delete:
                yield Lack(use.relation, "is a view: whether it can be written is not known")
            return
        for column in self._stored[use.relation].values():
            shown = f"{use.relation}.{column.part}"
            written = {*(use.insert or ()), *use.update}
            if column.part in written and (column.generated or column.identity_kind == "a"):
                yield Lack(shown, "is generated, and takes no value")
            given = column.expression is not None or column.identity_kind or column.generated
            if use.insert is not None and column.not_null and not given and column.part not in use.insert:
                yield Lack(shown, "has to be given a value when a row is inserted, and this build gives none")

    def _behind(self, role: str, view: View, seen: set[str]) -> Iterator[Lack]:
        """What a view reads in the name of its caller, who may read nothing of it."""
        if not reads_as_caller(view):
            return
        for name in sorted(_relations_in(view.query) - seen):
            seen.add(name)
            found = self._relations.get(name)
            if found is None:
                continue
            if not any(self._holds_on(role, "select", found, column) for column in self._columns_of(found)):
                yield Lack(f"{view.schema}.{view.name}", f"reads {name}, on which {role} has no SELECT")
            if isinstance(found, View):
                yield from self._behind(role, found, seen)

    def _columns_of(self, found: Table | View) -> Mapping[str, str]:
        """Types by name."""
        if isinstance(found, View):
            return {name: type_ for name, type_, _ in found.columns}
        return {name: one.type for name, one in self._stored[f"{found.schema}.{found.name}"].items()}

    # ---- functions ----

    def _function(self, build: Build, use: FunctionUse) -> Iterator[Lack]:
        found = self._functions.get(squeezed(use.signature))
        if found is None:
            yield Lack(use.signature, "does not exist")
            return
        if use.arguments is not None and (gone := [name for name in use.arguments if name not in found.argument_names]):
            yield Lack(use.signature, f"has no argument {', '.join(gone)}")
        if use.returns is not None and found.result != use.returns:
            yield Lack(use.signature, f"returns {found.result}, and returned {use.returns}")
        if not self._holds(build.role, "execute", found):
            yield Lack(use.signature, f"{build.role} has no EXECUTE")

    # ---- privileges ----

    def _holds(self, role: str, privilege: str, found: CatalogObject) -> bool:
        mine = self._roles_of(role)
        if found.owner in mine or any(self._is_superuser(name) for name in mine):
            return True
        return any(one.privilege == privilege and one.grantee in mine for one in grants(found.acl))

    def _holds_on(self, role: str, privilege: str, found: Table | View, column: str) -> bool:
        if self._holds(role, privilege, found):
            return True
        one = self._stored[f"{found.schema}.{found.name}"].get(column)
        mine = self._roles_of(role)
        return one is not None and any(g.privilege == privilege and g.grantee in mine for g in grants(one.acl))

    def _roles_of(self, role: str) -> set[str]:
        """A role, those whose privileges it has, and PUBLIC, whose name is empty."""
        found, waiting = {""}, [role]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._inherited.get(name, [])
        return found

    def _is_superuser(self, name: str) -> bool:
        role = self.catalog.objects.get(Identity("role", "", name))
        return isinstance(role, Role) and role.superuser

    @cached_property
    def _inherited(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for one in self.catalog.objects.values():
            if isinstance(one, Membership) and one.inherits:
                found[one.part].append(one.name)
        return found

    @cached_property
    def _relations(self) -> Mapping[str, Table | View]:
        return {f"{o.schema}.{o.name}": o for o in self.catalog.objects.values() if isinstance(o, Table | View)}

    @cached_property
    def _stored(self) -> Mapping[str, dict[str, Column]]:
        found: dict[str, dict[str, Column]] = defaultdict(dict)
        for one in self.catalog.objects.values():
            if isinstance(one, Column):
                found[f"{one.schema}.{one.name}"][one.part] = one
        return found

    @cached_property
    def _functions(self) -> Mapping[str, Function]:
        found = (one for one in self.catalog.objects.values() if isinstance(one, Function))
        return {squeezed(f"{one.schema}.{one.name}{one.part}"): one for one in found}


def _relations_in(query: str) -> set[str]:
    parsed: Any = parse_sql(query)
    # The catalog's queries name every relation in full; what has no schema is a query's own name.
    return {f"{one.schemaname}.{one.relname}" for one in nodes_of(parsed, ast.RangeVar) if one.schemaname}
