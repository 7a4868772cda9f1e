"""The roles that a backup names: read on the server it is of, and made on a throw-away one before it is restored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql

from rempart.deploy.queries import query

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Membership:
    """That a role is a member of another.

    Attributes:
        role: The other.
        admin: Whether it may grant the membership on.
        inherit: Whether it has the other's privileges without SET ROLE.
        set: Whether it may SET ROLE to the other.
    """

    role: str
    admin: bool
    inherit: bool
    set: bool


@dataclass(frozen=True)
class Role:
    """A role without its password.

    Attributes:
        name: Its name.
        superuser: SUPERUSER.
        inherit: INHERIT.
        createrole: CREATEROLE.
        createdb: CREATEDB.
        login: LOGIN.
        replication: REPLICATION.
        bypassrls: BYPASSRLS.
        member_of: The roles it is a member of.
    """

    name: str
    superuser: bool = False
    inherit: bool = True
    createrole: bool = False
    createdb: bool = False
    login: bool = False
    replication: bool = False
    bypassrls: bool = False
    member_of: tuple[Membership, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Role:
        """The role that `as_json` wrote.

        Args:
            value: What it wrote.
        """
        return cls(**{**value, "member_of": tuple(Membership(**one) for one in value["member_of"])})

    def as_json(self) -> dict[str, Any]:
        """The role as a JSON object."""
        return asdict(self)


_ATTRIBUTES = ("superuser", "inherit", "createrole", "createdb", "login", "replication", "bypassrls")


def roles_of(connection: Connection) -> tuple[Role, ...]:
    """The roles of a server, without those that every server has.

    Args:
        connection: A session of any role.
    """
    rows = connection.execute(query("backup_roles")).fetchall()
    return tuple(
        Role(
            name=row[0],
            **dict(zip(_ATTRIBUTES, row[1:8], strict=True)),
            member_of=tuple(Membership(**one) for one in row[8]),
        )
        for row in rows
    )


def make(connection: Connection, roles: Iterable[Role]) -> None:
    """Make roles where they are missing, with their attributes and memberships; those that are there stay.

    Args:
        connection: An autocommit session of a superuser, on a throw-away server.
        roles: The roles.
    """
    known = {role.name for role in roles_of(connection)}
    missing = [role for role in roles if role.name not in known]
    for role in missing:
        attributes = sql.SQL(" ").join(sql.SQL(name if getattr(role, name) else f"no{name}") for name in _ATTRIBUTES)
        connection.execute(sql.SQL("create role {} with {}").format(sql.Identifier(role.name), attributes))
    modern = connection.info.server_version >= 160000
    for role in missing:
        for one in role.member_of:
            options = [f"admin {one.admin}", f"inherit {one.inherit}", f"set {one.set}"]
            written = f" with {', '.join(options)}" if modern else " with admin option" if one.admin else ""
            connection.execute(
                sql.SQL("grant {} to {}").format(sql.Identifier(one.role), sql.Identifier(role.name)) + sql.SQL(written)
            )
