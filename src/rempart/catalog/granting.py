"""Privileges of what is made and altered: closed first, then granted one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from rempart.catalog import privileges
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.default_privileges import DefaultPrivileges
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.model import Catalog, CatalogObject, Unsupported
from rempart.catalog.privileges import Grant

_DEFAULTS_OF = {
    "table": "tables", "view": "tables", "sequence": "sequences", "function": "functions", "aggregate": "functions",
    "schema": "schemas", "enum": "types", "domain": "types", "composite type": "types", "range type": "types",
}  # fmt: skip
_OWN = {"tables": "arwdDxtm", "sequences": "rwU", "functions": "X", "types": "U", "schemas": "UC"}
"""What Postgres grants to the owner of a new object, by letter (manual, section 5.8)."""
_OPEN_BY_BIRTH = {"functions": "execute", "types": "usage"}
"""What Postgres grants to PUBLIC on a new object (manual, section 5.8)."""
_WITH_MAINTAIN = 17  # the version from which there is that privilege


@dataclass(frozen=True)
class Setup:
    """Who runs the statements, and against whom.

    Attributes:
        role: The role that runs them, and owns what they make.
        closed: Roles that a new object is closed to, besides PUBLIC, before anything is granted.
    """

    role: str
    closed: tuple[str, ...] = ()


class Granting:
    """What to grant and revoke.

    Args:
        before: The state to start from.
        after: The state to reach.
        setup: Who runs the statements.
        made: The objects that are made.
        dropped: The objects that are dropped.

    Attributes:
        columns: For each relation, the columns that have privileges of their own.
    """

    def __init__(
        self,
        before: Catalog,
        after: Catalog,
        setup: Setup,
        made: Mapping[Identity, CatalogObject],
        dropped: Mapping[Identity, CatalogObject],
    ) -> None:
        self._before, self._after, self._setup = before, after, setup
        self._made, self._dropped = made, dropped
        self.columns: dict[Identity, list[Identity]] = defaultdict(list)
        for catalog in (before, after):
            for identity, one in catalog.objects.items():
                if isinstance(one, Column) and one.acl:
                    relation = Identity("view" if one.relkind in "vm" else "table", one.schema, one.name)
                    self.columns[relation].append(identity)

    def pieces(
        self, altered: Mapping[Identity, tuple[CatalogObject, CatalogObject]]
    ) -> Iterator[tuple[str, Identity, Callable[[], list[str]], None]]:
        """What is to be granted and revoked, as `Changes.pieces` gives it.

        Args:
            altered: The objects that are altered, in both states.
        """
        for identity, new in self._made.items():
            if isinstance(new, DefaultPrivileges):
                yield "privileges", identity, partial(self._defaults, identity, new.built_in, new.acl), None
            elif new.grant_target() and not isinstance(new, Column):
                yield "privileges", identity, partial(self._grant, new), None
        for identity, old in self._dropped.items():
            schema_goes = Identity("schema", "", identity.schema) in self._dropped
            if isinstance(old, DefaultPrivileges) and identity not in self._made and not schema_goes:
                yield "privileges", identity, partial(self._defaults, identity, old.acl, old.built_in), None
        for identity, (old, new) in altered.items():
            if isinstance(old, Column) or (old.acl, old.owner) == (new.acl, new.owner):
                continue
            if isinstance(new, DefaultPrivileges):
                yield "privileges", identity, partial(self._defaults, identity, old.acl, new.acl), None
            else:
                yield "privileges", identity, partial(self._change, old, new), None
        for relation in self.columns:
            if relation in self._after.objects:
                yield "column privileges", relation, partial(self._columns, relation), None

    def close(self, new: CatalogObject) -> list[str]:
        """The SQL that takes from a new object what it grants by birth, when that is not what it is to grant.

        Args:
            new: The object.
        """
        kind, target = _DEFAULTS_OF.get(new.kind), new.grant_target()
        if kind is None or target is None or self._stays_as_born(new):
            return []
        roles = {"", *self._setup.closed, *(grantee for grantee, _, _ in self._by_birth(new))} - {new.owner or ""}
        roles.add("")
        if kind not in _OPEN_BY_BIRTH and not self._setup.closed and roles == {""}:
            return []
        return [privileges.close(target, sorted(roles))]

    def _stays_as_born(self, new: CatalogObject) -> bool:
        if self._own_by_birth(new) != {one for one in privileges.grants(new.acl) if one.grantee == new.owner}:
            return False
        wanted = others(privileges.grants(new.acl), new.owner)
        open_to_all = any(grantee == "" for grantee, _, _ in wanted)
        return wanted == self._by_birth(new) and (not self._setup.closed or open_to_all or new.kind not in _CLOSED)

    def _by_birth(self, new: CatalogObject) -> set[tuple[str, str, bool]]:
        """What others than its owner may do with an object that was just made."""
        kind = _DEFAULTS_OF[new.kind]
        objects = self._after.objects
        everywhere = objects.get(Identity("default privileges", "", self._setup.role, kind))
        there = objects.get(Identity("default privileges", new.schema, self._setup.role, kind)) if new.schema else None
        if everywhere is not None:
            found = others(privileges.grants(everywhere.acl), self._setup.role)
        else:
            found = {("", _OPEN_BY_BIRTH[kind], False)} if kind in _OPEN_BY_BIRTH else set()
        return found | (others(privileges.grants(there.acl), self._setup.role) if there is not None else set())

    def _grant(self, new: CatalogObject) -> list[str]:
        if new.kind in _DEFAULTS_OF and self._stays_as_born(new):
            return []
        born, wanted = self._own_by_birth(new), privileges.grants(new.acl)
        if isinstance(new, Sequence) and new.of_identity and born == wanted:
            return []
        return privileges.changes(str(new.grant_target()), born, wanted, new.owner)

    def _own_by_birth(self, new: CatalogObject) -> frozenset[Grant]:
        """What its owner may do with an object that was just made."""
        kind, owner = _DEFAULTS_OF.get(new.kind), new.owner or ""
        if kind is None:  # a wrapper or a foreign server, for which there are no default privileges
            return frozenset({Grant(owner, "usage", False, owner)})
        everywhere = self._after.objects.get(Identity("default privileges", "", self._setup.role, kind))
        if everywhere is not None:
            own = {one.privilege for one in privileges.grants(everywhere.acl) if one.grantee == self._setup.role}
        else:
            own = {privileges.PRIVILEGES[letter] for letter in _OWN[kind]}
        if not self._maintains:
            own.discard("maintain")
        return frozenset(Grant(owner, privilege, False, owner) for privilege in own)

    @cached_property
    def _maintains(self) -> bool:
        """Whether tables have MAINTAIN; a catalog that was brought from an older version shows them without it."""
        if self._after.major < _WITH_MAINTAIN:
            return False
        before_it = {privileges.PRIVILEGES[letter] for letter in _OWN["tables"]} - {"maintain"}
        return not any(
            before_it == {grant.privilege for grant in privileges.grants(one.acl) if grant.grantee == one.owner}
            for one in self._after.objects.values()
            if one.kind in ("table", "view")
        )

    def _change(self, old: CatalogObject, new: CatalogObject) -> list[str]:
        target = new.grant_target()
        before = privileges.owned_by(old.acl, old.owner or "", new.owner or "")
        if before == privileges.grants(new.acl):
            return []
        if target is None:
            raise Unsupported(f"privileges on the {new.kind} are changed by hand")
        return privileges.changes(target, before, privileges.grants(new.acl), new.owner)

    def _defaults(self, identity: Identity, before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
        role = None if identity.name == self._setup.role else identity.name
        states = (privileges.grants(before), privileges.grants(after))
        return privileges.default_changes(identity.schema, role, identity.part, *states)

    def _columns(self, relation: Identity) -> list[str]:
        new = self._after.objects[relation]
        old = None if relation in self._made else self._before.objects.get(relation)
        taken: set[tuple[str, str]] = set()
        if old is not None:
            # Revoking a privilege on a table takes it from its columns as well.
            kept = {grant[:2] for grant in privileges.grants(new.acl)}
            taken = {grant[:2] for grant in privileges.grants(old.acl)} - kept
        before: dict[str, frozenset[Grant]] = {}
        after: dict[str, frozenset[Grant]] = {}
        for identity in dict.fromkeys(self.columns[relation]):
            was, will = self._before.objects.get(identity), self._after.objects.get(identity)
            if will is None and not (isinstance(was, Column) and was.relkind in "vm"):
                continue
            if old is not None and was is not None and (identity not in self._dropped or will is None):
                granted = privileges.owned_by(was.acl, old.owner or "", new.owner or "")
                before[identity.part] = frozenset(grant for grant in granted if grant[:2] not in taken)
            after[identity.part] = privileges.grants(will.acl if will is not None else ())
        return privileges.column_changes(str(new.grant_target()), before, after, new.owner)


_CLOSED = ("table", "view", "sequence", "function", "aggregate", "schema")


def others(found: frozenset[Grant], owner: str | None) -> set[tuple[str, str, bool]]:
    """What others than the owner may do: grantee, privilege, and whether they may grant it on.

    Args:
        found: All privileges on an object.
        owner: Its owner.
    """
    return {grant[:3] for grant in found if grant.grantee != owner}
