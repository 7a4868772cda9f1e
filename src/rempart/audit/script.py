"""A catalog written as SQL for the linter: one text for each object, so that a finding's path names the object.

The text is judged, never run. It says what is there: privileges one statement a grantee, owners, switches, options.
What no rule is about (types, constraints, defaults, indexes) is left out, and so is what Postgres grants by itself: a
source does not write it either, and the rules count with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from typing import Any

from rempart.audit.granted import column_grants, default_grants, grants_on
from rempart.audit.wording import as_written
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.default_privileges import DefaultPrivileges
from rempart.catalog.kinds.function import Aggregate, Function
from rempart.catalog.kinds.policy import Policy
from rempart.catalog.kinds.role import Membership, Role, Setting, SystemPrivileges
from rempart.catalog.kinds.schema import Database, Schema
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.trigger import RewriteRule, Trigger
from rempart.catalog.kinds.view import View
from rempart.catalog.model import Catalog, CatalogObject
from rempart.catalog.privileges import close
from rempart.catalog.statement import Name, joined, literal, qualified, raw, role, statement
from rempart.sqltext.positioned import PositionedText

PREFIX = "catalog:"
"""What the path of a finding begins with; the object's identity follows."""
_DATABASE = "this database"
_FIRES = ("O", "A")
_ATTRIBUTES = (
    ("superuser", "superuser"), ("create_role", "createrole"), ("login", "login"), ("replication", "replication"),
    ("bypass_rls", "bypassrls"),
)  # fmt: skip


def texts(catalog: Catalog, clients: Collection[str]) -> list[PositionedText]:
    """Write a catalog.

    Args:
        catalog: The catalog.
        clients: Roles that an object is first closed to, besides PUBLIC; those of them that do not exist do no harm.

    Returns:
        SQL by object, in an order in which each is known before it is spoken of.
    """
    writer = _Writer(catalog, clients)
    return [
        PositionedText.whole_file(f"{PREFIX}{identity}", ";\n".join(statements) + ";\n")
        for identity, statements in writer.all()
    ]


class _Writer:
    def __init__(self, catalog: Catalog, clients: Collection[str]) -> None:
        self._clients = sorted(clients)
        self._by_kind: dict[type, list[CatalogObject]] = defaultdict(list)
        for one in catalog.objects.values():
            self._by_kind[type(one)].append(one)
        self._columns: dict[tuple[str, str], list[Column]] = defaultdict(list)
        for column in self._by_kind[Column]:
            assert isinstance(column, Column)
            self._columns[column.schema, column.name].append(column)
        for columns in self._columns.values():
            columns.sort(key=lambda column: column.position)

    def all(self) -> Iterator[tuple[Identity, list[str]]]:
        writers: tuple[tuple[type[CatalogObject], Callable[[Any], Iterator[str]]], ...] = (
            (Role, self._role), (Membership, self._membership), (Schema, self._schema), (Database, self._database),
            (Setting, self._setting), (Sequence, self._sequence), (Function, self._function),
            (Aggregate, self._function), (Table, self._table), (View, self._view), (RewriteRule, self._fired),
            (Trigger, self._fired), (Policy, self._policy), (SystemPrivileges, self._system),
            (DefaultPrivileges, self._defaults),
        )  # fmt: skip
        for kind, write in writers:
            for one in self._by_kind[kind]:
                statements = list(write(one))
                if statements:
                    yield one.identity, statements

    def _role(self, role: Role) -> Iterator[str]:
        words = "".join(f" {word}" for attribute, word in _ATTRIBUTES if getattr(role, attribute))
        yield statement("create role {}{}", role.name, raw(words))

    def _membership(self, one: Membership) -> Iterator[str]:
        yield statement("grant {} to {}", one.name, one.part)

    def _setting(self, one: Setting) -> Iterator[str]:
        whose = statement("role {}", one.name) if one.name else statement("database {}", _DATABASE)
        values = (
            [part.strip().strip('"') for part in one.value.split(",")] if one.part == "search_path" else [one.value]
        )
        written = ", ".join(literal(value).as_string() for value in values)
        yield statement("alter {} set {} = {}", raw(whose), Name(*one.part.split(".")), raw(written))

    def _schema(self, one: Schema) -> Iterator[str]:
        yield statement("create schema {}", one.name)
        yield from self._owned(f"schema {Name(one.name).as_string()}", one)
        yield from grants_on(str(one.grant_target()), one)

    def _database(self, one: Database) -> Iterator[str]:
        yield from grants_on(statement("database {}", _DATABASE), one)

    def _sequence(self, one: Sequence) -> Iterator[str]:
        yield statement("create sequence {}", qualified(one.schema, one.name))
        yield from self._relation(one, "sequence")

    def _table(self, one: Table) -> Iterator[str]:
        columns = [
            statement("{} {}{}", column.part, raw(column.type), raw(" not null" if column.not_null else ""))
            for column in self._columns[one.schema, one.name]
        ]
        foreign = one.relkind == "f"
        yield statement(
            "create {} {} ({}){}", raw("foreign table" if foreign else "table"), qualified(one.schema, one.name),
            raw(",\n    ".join(columns)), raw(statement(" server {}", one.server or "") if foreign else ""),
        )  # fmt: skip
        for parent in one.parents:
            yield statement("alter table {} inherit {}", qualified(one.schema, one.name), qualified(*parent))
        yield from self._relation(one, "foreign table" if foreign else "table")
        # Before the privileges, as a source has it.
        yield from one.switches()
        yield from self._granted(one)

    def _view(self, one: View) -> Iterator[str]:
        word = "materialized view" if one.materialized else "view"
        columns = joined([statement("{}", column[0]) for column in one.columns])
        options = raw(f" with ({', '.join(one.stored_options)})" if one.stored_options else "")
        query = raw(one.query.rstrip().removesuffix(";"))
        named = qualified(one.schema, one.name)
        yield statement("create {} {} ({}){} as\n{}", raw(word), named, columns, options, query)
        yield from self._relation(one, word)
        yield from self._granted(one)

    def _relation(self, one: Sequence | Table | View, word: str) -> Iterator[str]:
        named = qualified(one.schema, one.name).as_string()
        yield from self._owned(f"{word} {named}", one)
        yield close(str(one.grant_target()), ["", *self._clients])
        if isinstance(one, Sequence):
            yield from grants_on(str(one.grant_target()), one)

    def _granted(self, one: Table | View) -> Iterator[str]:
        yield from grants_on(str(one.grant_target()), one)
        yield from column_grants(str(one.grant_target()), self._columns[one.schema, one.name], one.owner)

    def _function(self, one: Function | Aggregate) -> Iterator[str]:
        yield from one.create()
        target = str(one.grant_target())
        yield from self._owned(target, one)
        open_to_all = any(entry.startswith("=") for entry in one.acl)
        yield close(target, [*([] if open_to_all else [""]), *self._clients])
        yield from grants_on(target, one)

    def _fired(self, one: Trigger | RewriteRule) -> Iterator[str]:
        """What is switched off does nothing, for good or ill."""
        if one.enabled in _FIRES:
            yield one.definition.rstrip().removesuffix(";")

    def _policy(self, one: Policy) -> Iterator[str]:
        columns = {column.part for column in self._columns[one.schema, one.name]}
        using, check = (as_written(predicate, one.name, columns) for predicate in (one.using, one.with_check))
        roles = joined([role(name).as_string() for name in one.roles])
        kind = raw("" if one.permissive else " as restrictive")
        named = qualified(one.schema, one.name)
        made = statement("create policy {} on {}{} for {} to {}", one.part, named, kind, raw(one.command), roles)
        clauses = (("using", using), ("with check", check))
        yield made + "".join(f"\n{words} ({text})" for words, text in clauses if text is not None)

    def _system(self, one: SystemPrivileges) -> Iterator[str]:
        """Privileges on the server's own objects; what PUBLIC holds on them, it mostly holds by birth."""
        if one.name.startswith(("table ", "view ", "function ", "schema ")):
            yield from grants_on(one.name.replace("view ", "table ", 1), one, to_public=False)

    def _defaults(self, one: DefaultPrivileges) -> Iterator[str]:
        yield from default_grants(one)

    def _owned(self, target: str, one: CatalogObject) -> Iterator[str]:
        if one.owner is not None:
            yield statement("alter {} owner to {}", raw(target), one.owner)
