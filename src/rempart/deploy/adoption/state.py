"""The state an adoption leads to: the baseline, and beside it what the project does not know, closed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from rempart.audit.ours import Ours
from rempart.catalog.compare import order_of
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.index import Index
from rempart.catalog.kinds.policy import Policy
from rempart.catalog.kinds.role import Role
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.view import View
from rempart.catalog.model import Catalog, CatalogObject
from rempart.catalog.privileges import grants
from rempart.revisions.workbench import without_version_schema

_SERVER_WIDE = frozenset({"role", "membership"})
_CLOSED = frozenset({"schema", "table", "view", "sequence", "function", "aggregate", "column", "foreign server"})
_RULES_OF_A_TABLE = frozenset({"constraint", "trigger", "rule", "policy", "index"})
_MORE = ("superuser", "create_role", "create_db", "login", "replication", "bypass_rls")
_INVOKER = "security_invoker"


@dataclass(frozen=True)
class Closing:
    """Whom an adoption closes unmanaged objects to.

    Attributes:
        roles: The roles that requests run as, besides PUBLIC.
        anonymous: That of a request without a login.
        trusted: Those of the roles that only servers use.
        exposed: The schemas that the gateway offers.
    """

    roles: frozenset[str]
    anonymous: str
    trusted: frozenset[str]
    exposed: tuple[str, ...]


@dataclass(frozen=True)
class Aim:
    """Where an adoption starts, and where it leads.

    Attributes:
        before: What the project answers for in the database.
        after: The baseline and the unmanaged objects, closed.
        unmanaged: What only the database has, and keeps.
        refused: What stands in the way, and why.
        notes: What a person should know before.
    """

    before: Catalog
    after: Catalog
    unmanaged: tuple[Identity, ...]
    refused: tuple[tuple[Identity, str], ...]
    notes: tuple[str, ...]


def aim_of(baseline: Catalog, live: Catalog, platform_schemas: Collection[str], closing: Closing) -> Aim:
    """Find the state that keeps all that the database holds and is the baseline otherwise.

    Args:
        baseline: What the baseline's revisions leave.
        live: What there is, as the same version of Postgres describes it.
        platform_schemas: Schemas of the hosted platform.
        closing: Whom unmanaged objects are closed to.
    """
    ours = Ours(baseline, live, platform_schemas)
    # The schema of Alembic's version table comes with the stamp, unless the baseline keeps something else in it.
    wanted, found = map(_own, without_version_schema(ours.wanted(), ours.found()))
    split = _Split(wanted, found)
    host = _Host(wanted, found, _owner_of(live))
    taken = {
        (one.relation, made.not_null_constraint() if isinstance(made, Column) else one.part)
        for one, made in wanted.objects.items()
        if one.kind == "constraint" or (isinstance(made, Column) and made.not_null)
    }
    kept = {one: _closed(_out_of_the_way(found.objects[one], taken), found, closing) for one in split.unmanaged}
    unread = [
        (Identity(kind, "", name), "the baseline has it, the database has not, and this kind is not read")
        for kind, name in sorted(set(wanted.not_compared) - set(found.not_compared))
    ]
    objects = {one: made for one, made in wanted.objects.items() if not host.decides(one)}
    objects |= {one: made for one, made in found.objects.items() if host.decides(one)}
    needs = {one: wanted.dependencies.get(one, frozenset()) for one in objects}
    needs |= {one: found.dependencies.get(one, frozenset()) for one in kept}
    after = Catalog(found.major, objects | kept, found.not_compared, lambda: _within(needs, objects | kept))
    return Aim(
        found,
        after,
        tuple(sorted(split.unmanaged, key=order_of)),
        tuple(dict.fromkeys([*split.in_the_way, *host.refused(), *unread])),
        (*_notes(wanted, found, split), *host.notes(), *_beyond(baseline, live, platform_schemas)),
    )


class _Host:
    """What the host of a database decides, and the owner cannot change: roles, and what those other than it create.

    Args:
        wanted: The baseline, on the stand-in of the platform.
        found: The database.
        owner: Who owns it.
    """

    def __init__(self, wanted: Catalog, found: Catalog, owner: str) -> None:
        self._wanted, self._found, self._owner = wanted, found, owner

    def decides(self, one: Identity) -> bool:
        """Whether it decides about an object."""
        return one.kind in _SERVER_WIDE or (one.kind == "default privileges" and one.name != self._owner)

    def refused(self) -> Iterator[tuple[Identity, str]]:
        """What gives a role more than the baseline knows."""
        for one, made in self._found.objects.items():
            other = self._wanted.objects.get(one)
            if one.kind == "membership" and other is None:
                yield one, "the baseline knows nothing of it: an administrator has to revoke it"
            if isinstance(made, Role) and isinstance(other, Role):
                more = [name for name in _MORE if getattr(made, name) and not getattr(other, name)]
                if more:
                    words = ", ".join(name.replace("_", " ") for name in more)
                    yield one, f"it has {words}, and in the baseline it has not: an administrator has to take it away"

    def notes(self) -> Iterator[str]:
        """What differs otherwise."""
        refused = {one for one, _ in self.refused()}
        for one in sorted({*self._wanted.objects, *self._found.objects}, key=order_of):
            if not self.decides(one) or one in refused:
                continue
            made, other = self._found.objects.get(one), self._wanted.objects.get(one)
            if made is None:
                yield f"{one} is not there, as on the stand-in of the platform: the host decides about it"
            elif other is None or made.changes(other):
                yield f"{one} is not as on the stand-in of the platform: the host decides about it"


def _owner_of(live: Catalog) -> str:
    return str(next(one.owner for one in live.objects.values() if one.kind == "database"))


def _own(catalog: Catalog) -> Catalog:
    """A catalog whose dependencies name only what it has."""
    return replace(catalog, find_dependencies=lambda: _within(catalog.dependencies, catalog.objects))


def _within(
    needs: Mapping[Identity, frozenset[Identity]], objects: Collection[Identity]
) -> dict[Identity, frozenset[Identity]]:
    return {
        one: frozenset(need for need in needed if need in objects) for one, needed in needs.items() if one in objects
    }


class _Split:
    """What only the database has: what stays, and what stands in the way.

    Attributes:
        unmanaged: What stays.
        in_the_way: What holds data and has the name of something else in the baseline.
    """

    def __init__(self, wanted: Catalog, found: Catalog) -> None:
        self._wanted, self._found = wanted, found
        self._managed = {(one.schema, one.name) for one in wanted.objects if one.kind in ("table", "view")}
        extra = [one for one in found.objects if one not in wanted.objects and one.kind not in _SERVER_WIDE]
        self.in_the_way: list[tuple[Identity, str]] = []
        taken = {name: one for one, made in wanted.objects.items() for name in made.names_taken()}
        replaced: set[tuple[str, str]] = set()
        for one in extra:
            made = found.objects[one]
            other = next((taken[name] for name in made.names_taken() if name in taken), None)
            if other is not None and (made.keeps_data() or one.kind == "function"):
                self.in_the_way.append((one, f"the baseline has {other} of that name; rename it first"))
            elif other is not None:
                replaced.add((one.schema, one.name))
        self.unmanaged = {one for one in extra if self._stays_by_itself(one, replaced)}
        rules = [one for one in extra if one not in self.unmanaged and self._may_stay(one)]
        # What a kept object needs stays, and so does a rule about a column that stays.
        while True:
            needed = {need for one in self.unmanaged for need in found.dependencies.get(one, ())}
            more = {
                one
                for one in rules
                if one not in self.unmanaged
                and (one in needed or self.unmanaged & found.dependencies.get(one, frozenset()))
            }
            if not more:
                break
            self.unmanaged |= more

    def _stays_by_itself(self, one: Identity, replaced: Collection[tuple[str, str]]) -> bool:
        made = self._found.objects[one]
        if one.kind == "default privileges" or (one.schema, one.name) in replaced:
            return False
        relation = (one.schema, made.table) if isinstance(made, Index) else (one.schema, one.name)
        if isinstance(made, Column):
            return relation not in self._managed or made.relkind not in "vm"
        if isinstance(made, Index) and not made.unique:
            return True
        if isinstance(made, Sequence) and made.of_identity and made.owner_column is not None:
            # It is made and dropped with its column.
            column = self._wanted.objects.get(made.owner_column)
            return column is None
        return one.kind not in _RULES_OF_A_TABLE or relation not in self._managed

    def _may_stay(self, one: Identity) -> bool:
        """Whether a rule of a managed table can be about something that stays."""
        return one.kind == "constraint" or isinstance(self._found.objects[one], Index)


def _closed(made: CatalogObject, found: Catalog, closing: Closing) -> CatalogObject:
    """An unmanaged object, closed to those that requests run as."""
    if made.kind in _CLOSED:
        made = replace(made, acl=tuple(entry for entry in made.acl if not _is_for(entry, closing.roles | {""})))
    if isinstance(made, Table) and made.schema in closing.exposed and made.relkind in "rp":
        return replace(made, row_security=True)
    if isinstance(made, View) and made.schema in closing.exposed and _only_its_owners(made, found, closing):
        return _with_invoker(made)
    if isinstance(made, Policy) and {"", closing.anonymous} & set(made.roles):
        table = found.objects.get(made.identity.relation)
        return replace(made, roles=_narrowed(made, table, closing))
    return made


def _out_of_the_way(made: CatalogObject, taken: Collection[tuple[Identity, str]]) -> CatalogObject:
    """A column that gives back the name of its NOT NULL, where the baseline gives it to another."""
    if isinstance(made, Column) and made.not_null and (made.identity.relation, made.not_null_name) in taken:
        return replace(made, not_null_name=None)
    return made


def _is_for(entry: str, roles: Collection[str]) -> bool:
    return any(grant.grantee in roles for grant in grants([entry]))


def _only_its_owners(view: View, found: Catalog, closing: Closing) -> bool:
    """Whether nobody but its owner reads a view once it is closed, so that it may run with the caller's rights."""
    if view.materialized:
        return False
    parts = [
        one for one in found.objects.values()
        if isinstance(one, Column) and (one.schema, one.name) == (view.schema, view.name)
    ]  # fmt: skip
    readers = {grant.grantee for one in (view, *parts) for grant in grants(one.acl)}
    return readers <= closing.roles | {"", view.owner or ""}


def _with_invoker(view: View) -> View:
    kept = [entry for entry in view.stored_options if not entry.startswith(f"{_INVOKER}=")]
    if f"{_INVOKER}=true" in view.stored_options:
        return view
    stored = (*kept, f"{_INVOKER}=true")
    return replace(view, stored_options=stored, options=tuple(sorted(stored)))


def _narrowed(policy: Policy, table: CatalogObject | None, closing: Closing) -> tuple[str, ...]:
    """The roles of a policy without the anonymous one; instead of PUBLIC those that have privileges on its table."""
    roles = set(policy.roles) - {"", closing.anonymous}
    if "" in policy.roles:
        holders = {grant.grantee for grant in grants(table.acl)} if table is not None else set()
        roles |= (closing.roles | holders) - {"", closing.anonymous}
    owner = table.owner if table is not None else None
    return tuple(sorted(roles)) or (owner or "",)


def deviations(reached: Catalog, aim: Aim, closing: Closing) -> list[str]:
    """What an edited revision leaves that an adoption may not leave.

    It may treat unmanaged objects in another way than the draft, as long as nothing that holds data is lost and nothing
    is open to a request.

    Args:
        reached: What it leaves, cut down as `Aim.before` is.
        aim: Where the adoption leads.
        closing: Whom unmanaged objects are closed to.
    """
    found: list[str] = []
    unmanaged = set(aim.unmanaged)
    for one in sorted({*reached.objects, *aim.after.objects}, key=order_of):
        made, goal = reached.objects.get(one), aim.after.objects.get(one)
        if one in unmanaged and goal is not None:
            found += _astray(one, made, goal, closing)
        elif made is None:
            found.append(f"missing: {one}")
        elif goal is None:
            found.append(f"left over: {one}")
        elif changed := made.changes(goal):
            found.append(f"differs: {one} ({', '.join(name.replace('_', ' ') for name in changed)})")
    return found


def _astray(one: Identity, made: CatalogObject | None, goal: CatalogObject, closing: Closing) -> Iterator[str]:
    if made is None:
        if goal.keeps_data():
            yield f"lost: {one}, which holds data"
        return
    if made.kind in _CLOSED:
        forbidden = (closing.roles - closing.trusted) | {""}
        open_to = sorted({grant.grantee or "PUBLIC" for grant in grants(made.acl) if grant.grantee in forbidden})
        if open_to:
            yield f"open: {one}, to {', '.join(open_to)}"
    if isinstance(made, Table) and isinstance(goal, Table) and goal.row_security and not made.row_security:
        yield f"open: {one}, whose row security is off"
    if isinstance(made, Column) and isinstance(goal, Column) and made.type != goal.type:
        yield f"differs: {one} (type)"


def _notes(wanted: Catalog, found: Catalog, split: _Split) -> Iterator[str]:
    for one in sorted(split.unmanaged, key=order_of):
        made = found.objects[one]
        if isinstance(made, Column) and made.relkind in "rp" and made.identity.relation in wanted.objects:
            filled = made.has_default or made.generated or made.identity_kind
            if made.not_null and not filled:
                yield f"{one} stays NOT NULL without a default: inserts that do not name it fail"
        if isinstance(made, Constraint) and made.identity.relation in wanted.objects:
            yield f"{one} stays, for it is about an unmanaged object"
    for one, made in found.objects.items():
        after = wanted.objects.get(one)
        if isinstance(made, View) and isinstance(after, View):
            gone = [column[0] for column in made.columns if column[0] not in {name for name, *_ in after.columns}]
            if gone:
                yield f"{one} has no column {', '.join(gone)} in the baseline: who reads it must not need it"


def _beyond(baseline: Catalog, live: Catalog, platform_schemas: Collection[str]) -> Iterator[str]:
    """Policies that somebody added to tables of the platform: an adoption leaves these tables alone."""
    for one in sorted(live.objects, key=order_of):
        if one.kind == "policy" and one.schema in platform_schemas and one not in baseline.objects:
            yield f"{one} stays: it is on a table of the platform; see what it opens by rempart audit"


def cut(baseline: Catalog, live: Catalog, platform_schemas: Collection[str]) -> Catalog:
    """What the project answers for in a database.

    Args:
        baseline: What the baseline's revisions leave.
        live: What there is.
        platform_schemas: Schemas of the hosted platform.
    """
    return _own(Ours(baseline, live, platform_schemas).found())
