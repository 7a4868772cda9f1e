"""Privileges: how Postgres writes them, and the GRANT and REVOKE that lead from one state to another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from rempart.catalog.model import Unsupported
from rempart.catalog.statement import joined, raw, role, statement

PRIVILEGES = {
    "r": "select", "a": "insert", "w": "update", "d": "delete", "D": "truncate", "x": "references", "t": "trigger",
    "m": "maintain", "U": "usage", "C": "create", "X": "execute", "c": "connect", "T": "temporary", "s": "set",
    "A": "alter system",
}  # fmt: skip
"""Name of a privilege by its letter in an access control list (Postgres manual, table 5.1)."""


class Grant(NamedTuple):
    """One privilege that one role has on one object.

    Attributes:
        grantee: Who has it; the empty name is PUBLIC.
        privilege: Its name.
        grantable: Whether it may be granted on.
        grantor: Who granted it.
    """

    grantee: str
    privilege: str
    grantable: bool
    grantor: str


def grants(acl: Iterable[str]) -> frozenset[Grant]:
    """Take an access control list apart.

    Args:
        acl: Its entries, as Postgres writes them: `grantee=letters/grantor`.
    """
    return frozenset(grant for entry in acl for grant in _parsed(entry))


@lru_cache(maxsize=4096)
def _parsed(entry: str) -> tuple[Grant, ...]:
    grantee, rest = _name(entry)
    letters, _, written = rest.removeprefix("=").partition("/")
    grantor = _name(written)[0]
    return tuple(
        Grant(grantee, PRIVILEGES.get(letter, letter), letters[index + 1 : index + 2] == "*", grantor)
        for index, letter in enumerate(letters)
        if letter != "*"
    )


def _name(text: str) -> tuple[str, str]:
    """The role name that a text begins with, unquoted, and what follows it."""
    if not text.startswith('"'):
        end = text.find("=")
        return (text, "") if end < 0 else (text[:end], text[end:])
    end = 1
    while text[end] != '"' or text[end : end + 2] == '""':
        end += 2 if text[end] == '"' else 1
    return text[1:end].replace('""', '"'), text[end + 1 :]


def owned_by(acl: Iterable[str], old: str, new: str) -> frozenset[Grant]:
    """What a list becomes when the object gets another owner.

    Args:
        acl: The list.
        old: The owner until then.
        new: The owner from then on.
    """
    found = {
        grant._replace(
            grantee=new if grant.grantee == old else grant.grantee,
            grantor=new if grant.grantor == old else grant.grantor,
        )
        for grant in grants(acl)
    }
    # What the new owner had already, with the option to grant it on, becomes one with what the old owner had.
    return frozenset(grant for grant in found if grant.grantable or grant._replace(grantable=True) not in found)


def changes(target: str, before: frozenset[Grant], after: frozenset[Grant], owner: str | None) -> list[str]:
    """The statements that lead from one set of privileges on an object to another.

    Args:
        target: The object, as GRANT … ON names it.
        before: What is granted.
        after: What is to be granted.
        owner: The owner, in whose name a revision grants.

    Raises:
        Unsupported: Somebody else than the owner granted what differs.
    """
    _require_owner(before ^ after, owner)
    # GRANT … WITH GRANT OPTION adds the option; only REVOKE takes it away again.
    return [
        *(f"revoke {what} on {target} from {who}" for what, who in _sentences(_lost(before, after))),
        *(
            f"grant {what} on {target} to {who}{' with grant option' if option else ''}"
            for option in (False, True)
            for what, who in _sentences(grant for grant in after - before if grant.grantable is option)
        ),
    ]


def column_changes(
    relation: str, before: Mapping[str, frozenset[Grant]], after: Mapping[str, frozenset[Grant]], owner: str | None
) -> list[str]:
    """The same for the columns of a relation, as few statements as possible.

    Args:
        relation: The relation, as GRANT … ON names it.
        before: What is granted, by column.
        after: What is to be granted, by column.
        owner: The owner of the relation.

    Raises:
        Unsupported: Somebody else than the owner granted what differs.
    """
    lost: dict[Grant, list[str]] = defaultdict(list)
    gained: dict[Grant, list[str]] = defaultdict(list)
    for column in [*after, *(name for name in before if name not in after)]:
        old, new = before.get(column, frozenset()), after.get(column, frozenset())
        _require_owner(old ^ new, owner)
        named = statement("{}", column)
        for grant in sorted(_lost(old, new)):
            lost[grant._replace(grantable=False)].append(named)
        for grant in sorted(new - old):
            gained[grant].append(named)
    found = []
    for grant, columns in sorted(lost.items()):
        who = role(grant.grantee).as_string()
        found.append(f"revoke {grant.privilege} ({', '.join(columns)}) on {relation} from {who}")
    for grant, columns in sorted(gained.items()):
        who = role(grant.grantee).as_string() + (" with grant option" if grant.grantable else "")
        found.append(f"grant {grant.privilege} ({', '.join(columns)}) on {relation} to {who}")
    return found


def default_changes(
    schema: str, of_role: str | None, objects: str, before: frozenset[Grant], after: frozenset[Grant]
) -> list[str]:
    """The same for default privileges.

    Args:
        schema: The schema; empty for everywhere.
        of_role: Whose objects; None for those of who runs the statement.
        objects: The kind of object, as ALTER DEFAULT PRIVILEGES names it.
        before: What is granted.
        after: What is to be granted.
    """
    who = statement(" for role {}", of_role) if of_role else ""
    where = statement(" in schema {}", schema) if schema else ""
    head = f"alter default privileges{who}{where}"
    return [
        *(f"{head} revoke {what} on {objects} from {whom}" for what, whom in _sentences(_lost(before, after))),
        *(
            f"{head} grant {what} on {objects} to {whom}{' with grant option' if option else ''}"
            for option in (False, True)
            for what, whom in _sentences(grant for grant in after - before if grant.grantable is option)
        ),
    ]


def close(target: str, roles: Iterable[str]) -> str:
    """The statement that takes everything on an object from roles.

    Args:
        target: The object, as GRANT … ON names it.
        roles: The roles; the empty name is PUBLIC.
    """
    return statement("revoke all on {} from {}", raw(target), joined([role(name).as_string() for name in roles]))


def _lost(before: frozenset[Grant], after: frozenset[Grant]) -> set[Grant]:
    return {
        grant for grant in before - after
        if grant.grantable or grant._replace(grantable=True) not in after
    }  # fmt: skip


def _sentences(found: Iterable[Grant]) -> list[tuple[str, str]]:
    """For each set of privileges: the privileges, and the roles that have all of them."""
    by_role: dict[str, set[str]] = defaultdict(set)
    for grant in found:
        by_role[grant.grantee].add(grant.privilege)
    by_set: dict[tuple[str, ...], list[str]] = defaultdict(list)
    order = list(PRIVILEGES.values())
    for grantee, privileges in by_role.items():
        by_set[tuple(sorted(privileges, key=order.index))].append(grantee)
    return [
        (", ".join(privileges), ", ".join(role(name).as_string() for name in sorted(roles)))
        for privileges, roles in sorted(by_set.items(), key=lambda entry: sorted(entry[1]))
    ]


def _require_owner(differing: Iterable[Grant], owner: str | None) -> None:
    for grant in differing:
        if owner is not None and grant.grantor != owner:
            raise Unsupported(f"{grant.grantor}, who is not the owner, granted {grant.privilege} to {grant.grantee}")
