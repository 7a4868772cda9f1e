"""Which objects of a database a project answers for: the platform brings others, and gives the owner another name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from rempart.catalog.identity import Identity
from rempart.catalog.kinds.default_privileges import DefaultPrivileges
from rempart.catalog.kinds.foreign import UserMapping
from rempart.catalog.kinds.policy import Policy
from rempart.catalog.kinds.schema import Schema
from rempart.catalog.model import Catalog, CatalogObject
from rempart.own_objects import is_own

_NOT_OURS = frozenset({"database", "extension", "setting", "system object"})
"""Kinds that the host decides about. The rules judge what of them matters."""


class Ours:
    """The two catalogs of a comparison, cut down to what the revisions decide about.

    Args:
        wanted: What the revision leaves, on the local stand-in of the platform.
        found: What there is.
        platform_schemas: Schemas of the platform.
    """

    def __init__(self, wanted: Catalog, found: Catalog, platform_schemas: Collection[str]) -> None:
        self._wanted, self._found = wanted, found
        self._platform = frozenset(platform_schemas)
        self._here, self._there = _owner(wanted), _owner(found)
        self._roles = {one.name for one in wanted.objects if one.kind == "role"} - {self._here}
        self._schemas = {one.name for one in wanted.objects if one.kind == "schema"} | {
            one.name for one in found.objects.values() if isinstance(one, Schema) and one.owner == self._there
        }

    def wanted(self) -> Catalog:
        """The catalog of the revision, with the owner called as in the database."""
        objects = [self._renamed(one) for one in self._wanted.objects.values()]
        return _catalog(self._wanted, [one for one in objects if self._is_ours(one)])

    def found(self) -> Catalog:
        """The catalog of the database."""
        return _catalog(self._found, [one for one in self._found.objects.values() if self._is_ours(one)])

    def _is_ours(self, one: CatalogObject) -> bool:
        identity = one.identity
        if identity.kind in _NOT_OURS or is_own(identity):
            return False
        if identity.kind == "role":
            return identity.name in self._roles
        if identity.kind == "membership":
            return {identity.name, identity.part} <= self._roles
        if identity.kind == "default privileges" and identity.name not in {self._there, *self._roles}:
            return False
        schema = identity.name if identity.kind == "schema" else identity.schema
        return schema not in self._platform and (not schema or schema in self._schemas)

    def _renamed(self, one: CatalogObject) -> CatalogObject:
        if self._here == self._there:
            return one
        changed = replace(
            one,
            owner=self._there if one.owner == self._here else one.owner,
            acl=tuple(sorted(self._renamed_entry(entry) for entry in one.acl)),
        )
        if isinstance(changed, DefaultPrivileges) and changed.name == self._here:
            built_in = tuple(self._renamed_entry(entry) for entry in changed.built_in)
            return replace(changed, name=self._there, built_in=built_in)
        if isinstance(changed, Policy) and self._here in changed.roles:
            roles = tuple(sorted(self._there if name == self._here else name for name in changed.roles))
            return replace(changed, roles=roles)
        if isinstance(changed, UserMapping) and changed.part == self._here:
            return replace(changed, part=self._there)
        return changed

    def _renamed_entry(self, entry: str) -> str:
        here, there = _in_acl(self._here), _in_acl(self._there)
        if entry.startswith(f"{here}="):
            entry = there + entry.removeprefix(here)
        return entry.removesuffix(f"/{here}") + f"/{there}" if entry.endswith(f"/{here}") else entry


def _owner(catalog: Catalog) -> str:
    return str(next(one.owner for one in catalog.objects.values() if one.kind == "database"))


def _in_acl(role: str) -> str:
    """A role as an access control list spells it."""
    return role if role.replace("_", "").isalnum() and role.isascii() else '"' + role.replace('"', '""') + '"'


def _catalog(whole: Catalog, objects: list[CatalogObject]) -> Catalog:
    kept: dict[Identity, CatalogObject] = {one.identity: one for one in objects}
    return replace(whole, objects=kept)
