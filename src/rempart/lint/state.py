"""The state of a database as the statements read so far describe it.

Only what a rule asks about is kept. Names are resolved like Postgres does with the search path in force; an object that
was never seen created may still be spoken of (a later file of a longer history), and is then kept with `seen` false.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rempart.lint.indexed import Indexed
from rempart.lint.statement import Statement
from rempart.records import field, record, replace
from rempart.sqltext.positioned import Place

PUBLIC = "public"
"""How PUBLIC, the group of all roles, is written as a grantee. A role cannot have that name."""

Name = tuple[str, str]
"""Schema and name."""
FunctionKey = tuple[Name, str]
"""Name and signature."""


def shown(name: Name) -> str:
    """An object's name for a message, quoted where SQL needs it."""
    return ".".join(part if part.isidentifier() and part == part.lower() else f'"{part}"' for part in name)


@record()
class Policy:
    """A row-security policy.

    Attributes:
        name: Its name.
        table: The table.
        command: `all`, `select`, `insert`, `update` or `delete`.
        permissive: Whether it widens access (the default) rather than restricts it.
        roles: Grantees; `public` for all roles. Empty only when they are not known.
        roles_written: Whether the statement has a TO clause.
        using: Parse tree of USING, or None.
        check: Parse tree of WITH CHECK, or None.
        place: Where it was created or last altered.
        transaction: Number of the transaction it was created in.
        using_from: The statement USING was last written in (its nodes have their places there).
        check_from: The statement WITH CHECK was last written in.
        roles_from: The statement the roles were last written in; the one that creates it without a TO clause.
        seen: Whether the statement that creates it was read; else its command is a guess.
    """

    name: str
    table: Name
    command: str
    permissive: bool
    roles: tuple[str, ...]
    roles_written: bool
    using: Any
    check: Any
    place: Place
    transaction: int
    using_from: Statement | None = None
    check_from: Statement | None = None
    roles_from: Statement | None = None
    seen: bool = True


@record()
class Relation:
    """A table, view, materialized view, foreign table or sequence.

    Attributes:
        name: Schema and name.
        kind: `table`, `view`, `materialized view`, `foreign table` or `sequence`.
        place: Where it was created, or first spoken of.
        seen: Whether the statement that creates it was read.
        transaction: Number of the transaction it was created in; -1 when not seen.
        temporary: Whether it lives in a session only.
        columns: Names of its columns in order, as far as known.
        not_null: Those that are known to be never NULL.
        row_security: Whether row security is enabled.
        forced: Whether it is forced on the owner too.
        policies: By name.
        owner: The role that owns it, when a statement says so.
        options: `with (...)` options, lower case; a value-less option has the value `true`.
        query: Parse tree of the query of a view.
        parent: The table it is a partition or child of.
        triggers: Function called, by trigger name.
    """

    name: Name
    kind: str
    place: Place
    seen: bool = True
    transaction: int = -1
    temporary: bool = False
    columns: list[str] = field(default_factory=list)
    not_null: frozenset[str] = frozenset()
    row_security: bool = False
    forced: bool = False
    policies: dict[str, Policy] = field(default_factory=dict)
    owner: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    query: Any = None
    parent: Name | None = None
    triggers: dict[str, Name] = field(default_factory=dict)


@record()
class Function:
    """A function or procedure.

    Attributes:
        name: Schema and name.
        signature: Its input types in parentheses, as written, normalised.
        kind: `function`, `procedure` or `aggregate`.
        place: Where it was created or last replaced.
        seen: Whether the statement that creates it was read.
        language: Lower case.
        definer: Whether it runs with its owner's rights.
        search_path: The schemas of its SET search_path, or None without one; `("",)` for an empty path.
        body: Text of the body, or None (C functions, SQL-standard bodies).
        body_start: Index of the body's first character in its statement's text, when it stands there.
        volatility: `volatile`, `stable` or `immutable`.
        returns: Name of the returned type, as written, such as `trigger`.
        owner: The role that owns it, when a statement says so.
        settings: Other SET clauses, by lower-case name.
        changes_structure: Whether its body holds statements that change the state when it is called, or runs text made
            at run time.
    """

    name: Name
    signature: str
    kind: str
    place: Place
    seen: bool = True
    language: str = ""
    definer: bool = False
    search_path: tuple[str, ...] | None = None
    body: str | None = None
    body_start: int | None = None
    volatility: str = "volatile"
    returns: str = ""
    owner: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    changes_structure: bool = False

    @property
    def key(self) -> FunctionKey:
        """Name and signature."""
        return self.name, self.signature


class Target(NamedTuple):
    """What privileges are held on.

    Attributes:
        kind: `relation` (tables, views and sequences share names), `function`, `schema`, `database`, `type`, or another
            word of GRANT.
        name: Schema and name; the schema is empty for what lies in none.
        detail: Signature of a function; name of a column for a privilege on a column; else empty.
    """

    kind: str
    name: Name
    detail: str = ""


@record()
class DefaultPrivilege:
    """A default privilege that was granted and not revoked since.

    Attributes:
        creator: The role whose objects get it; empty for the current role.
        schema: The schema; empty for all.
        kind: `tables`, `sequences`, `functions`, `types` or `schemas`.
        grantee: Who gets it; `public` for all roles.
        privileges: Lower case; `all` for all.
        place: Where it was granted.
    """

    creator: str
    schema: str
    kind: str
    grantee: str
    privileges: set[str]
    place: Place


@record()
class Role:
    """A role, as far as statements describe it.

    Attributes:
        name: Its name.
        superuser: SUPERUSER.
        bypass_rls: BYPASSRLS.
        login: LOGIN.
        member_of: Roles it is a member of, with the place of the grant.
    """

    name: str
    superuser: bool = False
    bypass_rls: bool = False
    login: bool = False
    member_of: dict[str, Place] = field(default_factory=dict)


class Functions(Indexed[FunctionKey, Function]):
    """Functions, whose overloads are found by their name alone."""

    def name_in(self, key: FunctionKey) -> Name:
        """Schema and name."""
        return key[0]

    def named(self, name: Name) -> list[Function]:
        """All overloads of a name.

        Args:
            name: Schema and name.
        """
        return [self[key] for key in self.keys_of(name)]


class Grants(Indexed[Target, dict[str, dict[str, Place]]]):
    """Privileges held, by target, grantee and privilege (lower case), with the place of the grant."""

    def name_in(self, key: Target) -> tuple[str, Name]:
        """Kind, schema and name: those of a table's columns are found with the table's."""
        return key.kind, key.name

    def on(self, kind: str, name: Name) -> list[Target]:
        """The targets of one name: a relation and its columns, or all overloads of a function.

        Args:
            kind: As in `Target`.
            name: Schema and name.
        """
        return self.keys_of((kind, name))


@record()
class State:
    """Everything known after the statements read so far.

    Attributes:
        relations: By name.
        functions: By name and signature.
        schemas: Place of creation by name; `public` is there from the start.
        schema_owners: Owner by schema, where a statement says so.
        grants: Privileges held.
        public_execute_revoked: Functions that PUBLIC lost its built-in EXECUTE on.
        default_privileges: Granted defaults in force.
        default_execute_revoked: Creating roles (empty: the current one) whose new functions are closed to PUBLIC.
        revoked: Privileges on whole relations that were taken from a grantee by name and not given back: a hosted
            platform grants by defaults that no statement shows, so what was never granted here may be held.
        roles: By name.
        reachable: What `reachable_roles` gave since a membership changed last.
        search_path: In force for unqualified names.
        default_path: What sessions begin with.
        path_altered: Where ALTER ROLE or ALTER DATABASE gave later sessions another first schema, by role; empty for
            all roles.
        path_in_doubt: The same while the session has set no path of its own: as whom it runs is not known.
        current_role: After SET ROLE; empty for the role that connects.
        transaction: Number of the current transaction.
        dropped_policies: Transaction and place of the first drop of policies that were not created since, by table and
            name.
        guards: Unit and words of every DO block so far that raises an exception.
        facts: What rules worked out about parse trees, which never change, by what it is about; copies share it.
        after_transaction: Search path and role to return to when the transaction ends, after a SET LOCAL.
    """

    relations: dict[Name, Relation] = field(default_factory=dict)
    functions: Functions = field(default_factory=Functions)
    schemas: dict[str, Place | None] = field(default_factory=lambda: {"public": None})
    schema_owners: dict[str, str] = field(default_factory=dict)
    grants: Grants = field(default_factory=Grants)
    public_execute_revoked: set[FunctionKey] = field(default_factory=set)
    default_privileges: list[DefaultPrivilege] = field(default_factory=list)
    default_execute_revoked: set[str] = field(default_factory=set)
    roles: dict[str, Role] = field(default_factory=dict)
    reachable: dict[str, set[str]] = field(default_factory=dict)
    search_path: tuple[str, ...] = ("public",)
    default_path: tuple[str, ...] = ("public",)
    path_altered: dict[str, Place] = field(default_factory=dict)
    path_in_doubt: dict[str, Place] = field(default_factory=dict)
    current_role: str = ""
    transaction: int = 0
    dropped_policies: dict[tuple[Name, str], tuple[int, Place]] = field(default_factory=dict)
    revoked: dict[Name, dict[str, set[str]]] = field(default_factory=dict)
    guards: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    facts: dict[Any, Any] = field(default_factory=dict)
    after_transaction: tuple[tuple[str, ...], str] | None = None

    def copy(self) -> State:
        """A state that changes apart from this one; parse trees are shared, as nothing changes them."""
        relations = {}
        for name, relation in self.relations.items():
            relations[name] = replace(
                relation,
                columns=list(relation.columns),
                policies={key: replace(policy) for key, policy in relation.policies.items()},
                options=dict(relation.options),
                triggers=dict(relation.triggers),
            )
        return replace(
            self,
            relations=relations,
            functions=Functions(
                (key, replace(function, settings=dict(function.settings))) for key, function in self.functions.items()
            ),
            schemas=dict(self.schemas),
            schema_owners=dict(self.schema_owners),
            grants=Grants(
                (target, {grantee: dict(held) for grantee, held in grantees.items()})
                for target, grantees in self.grants.items()
            ),
            public_execute_revoked=set(self.public_execute_revoked),
            default_privileges=[
                replace(default, privileges=set(default.privileges)) for default in self.default_privileges
            ],
            default_execute_revoked=set(self.default_execute_revoked),
            reachable={},
            roles={name: replace(role, member_of=dict(role.member_of)) for name, role in self.roles.items()},
            dropped_policies=dict(self.dropped_policies),
            path_altered=dict(self.path_altered),
            path_in_doubt=dict(self.path_in_doubt),
            guards=list(self.guards),
            revoked={
                name: {grantee: set(taken) for grantee, taken in grantees.items()}
                for name, grantees in self.revoked.items()
            },
        )

    @property
    def creation_schema(self) -> str:
        """The schema that receives what a statement creates without naming a schema."""
        return next((schema for schema in self.search_path if schema != "$user"), "public")

    def resolve(self, schema: str | None, name: str) -> Name:
        """Schema and name of a relation that a statement names, perhaps without its schema.

        Args:
            schema: As written; None or empty when not.
            name: As written.
        """
        if schema:
            return schema, name
        for candidate in self.search_path:
            if (candidate, name) in self.relations:
                return candidate, name
        return self.creation_schema, name

    def relation(self, name: Name, place: Place) -> Relation:
        """A relation by name; one that was never created is noted as not seen.

        Args:
            name: Schema and name.
            place: Where it is spoken of.
        """
        if name not in self.relations:
            self.relations[name] = Relation(name, "table", place, seen=False)
        return self.relations[name]

    def tables(self) -> Iterator[Relation]:
        """The tables that were seen created and live on: not temporary, not dropped."""
        for relation in self.relations.values():
            if relation.seen and relation.kind == "table" and not relation.temporary:
                yield relation

    def functions_named(self, name: Name) -> list[Function]:
        """All overloads of a function name."""
        return self.functions.named(name)

    def reachable_roles(self, role: str) -> set[str]:
        """A role, and every role it is a member of, directly or through others.

        Args:
            role: Where to start.

        Returns:
            Names; not to be changed.
        """
        if role in self.reachable:
            return self.reachable[role]
        found, queue = {role}, [role]
        while queue:
            known = self.roles.get(queue.pop())
            for parent in known.member_of if known else ():
                if parent not in found:
                    found.add(parent)
                    queue.append(parent)
        self.reachable[role] = found
        return found
