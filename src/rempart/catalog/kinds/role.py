"""Facts of the whole cluster: roles, memberships, settings; and privileges on the server's own objects.

They are compared and reported. A revision does not write them: the owner that runs revisions may not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rempart.catalog.model import CatalogObject, Unsupported
from rempart.catalog.statement import literal, statement

_BY_HAND = "roles belong to the whole cluster, so a revision does not change them; a superuser has to"


class _ClusterWide(CatalogObject):
    __slots__ = ()

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        raise Unsupported(_BY_HAND)

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        raise Unsupported(_BY_HAND)

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        if self.changes(after):
            raise Unsupported(_BY_HAND)
        return []


@dataclass(frozen=True, slots=True)
class Role(_ClusterWide):
    """A role and its attributes.

    Attributes:
        superuser: SUPERUSER.
        inherit: INHERIT.
        create_role: CREATEROLE.
        create_db: CREATEDB.
        login: LOGIN.
        replication: REPLICATION.
        bypass_rls: BYPASSRLS.
        connection_limit: CONNECTION LIMIT; -1 for none.
        valid_until: VALID UNTIL.
    """

    superuser: bool
    inherit: bool
    create_role: bool
    create_db: bool
    login: bool
    replication: bool
    bypass_rls: bool
    connection_limit: int
    valid_until: str | None

    kind: ClassVar[str] = "role"

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("role {}", self.name)


@dataclass(frozen=True, slots=True)
class Membership(_ClusterWide):
    """That a role (`part`) is a member of another (`name`).

    Attributes:
        admin: Whether it may grant the membership on.
        inherits: Whether it has the other's privileges without SET ROLE.
        may_set: Whether it may SET ROLE to the other.
    """

    admin: bool
    inherits: bool
    may_set: bool

    kind: ClassVar[str] = "membership"


@dataclass(frozen=True, slots=True)
class Setting(CatalogObject):
    """A setting (`part`) of the database, or of a role (`name`).

    Attributes:
        in_database: Whether it holds in this database only.
        value: Its value.
    """

    in_database: bool
    value: str

    kind: ClassVar[str] = "setting"

    def _refuse(self) -> Unsupported:
        return Unsupported(
            "a setting of a database or a role is changed by the database's owner, or a superuser, by hand"
        )

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        if self.name and not self.in_database:
            return [statement("alter role {} set {} = {}", self.name, self.part, literal(self.value))]
        raise self._refuse()

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        if self.name and not self.in_database:
            return [statement("alter role {} reset {}", self.name, self.part)]
        raise self._refuse()

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        return after.create() if self.changes(after) else []


@dataclass(frozen=True, slots=True)
class SystemPrivileges(CatalogObject):
    """Privileges on an object of the server itself that are not those it came with.

    `name` is the object as Postgres identifies it.
    """

    kind: ClassVar[str] = "system object"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        raise Unsupported("privileges on the server's own objects are changed by hand, by a superuser")

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return self.create()

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        return self.create() if self.changes(after) else []
