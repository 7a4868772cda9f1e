"""Privileges of a catalog as GRANT statements, one for each grantee, so that each can be judged and named by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.default_privileges import DefaultPrivileges
from rempart.catalog.model import CatalogObject
from rempart.catalog.privileges import PRIVILEGES, Grant, grants
from rempart.catalog.statement import raw, role, statement

_ORDER = list(PRIVILEGES.values())
_WHOLE_SEQUENCE = {"usage", "select", "update"}
"""Of a sequence ALL is the word for what the rules object to: a client that sets it."""


def grants_on(target: str, one: CatalogObject, *, to_public: bool = True) -> Iterator[str]:
    """The privileges of an object; its owner's own, and those Postgres gives PUBLIC by itself, are left out.

    Args:
        target: The object, as GRANT … ON names it.
        one: The object.
        to_public: Whether to write what PUBLIC holds.
    """
    held = [grant for grant in grants(one.acl) if grant.grantee != one.owner]
    for grantee, grantable, privileges in _by_grantee(held):
        if grantee == "" and not to_public:
            continue
        # What creates apart from what only enters: these are two matters.
        for some in (
            [name for name in privileges if name != "create"],
            [name for name in privileges if name == "create"],
        ):
            if not some or (grantee == "" and _by_birth(one, some)):
                continue
            words = "all" if one.kind == "sequence" and set(some) == _WHOLE_SEQUENCE else ", ".join(some)
            option = raw(" with grant option" if grantable else "")
            yield statement("grant {} on {} to {}{}", raw(words), raw(target), role(grantee), option)


def column_grants(target: str, columns: Iterable[Column], owner: str | None) -> Iterator[str]:
    """The privileges on columns of a relation, those of its owner left out.

    Args:
        target: The relation, as GRANT … ON names it.
        columns: Its columns.
        owner: Its owner.
    """
    found: dict[tuple[str, bool, str], list[str]] = defaultdict(list)
    for column in columns:
        for grant in sorted(grants(column.acl)):
            if grant.grantee != owner:
                found[grant.grantee, grant.grantable, grant.privilege].append(statement("{}", column.part))
    for (grantee, grantable, privilege), names in sorted(found.items()):
        option = raw(" with grant option" if grantable else "")
        what = raw(f"{privilege} ({', '.join(names)})")
        yield statement("grant {} on {} to {}{}", what, raw(target), role(grantee), option)


def default_grants(one: DefaultPrivileges) -> Iterator[str]:
    """The default privileges of a role, as far as they give something to others.

    Args:
        one: The default privileges.
    """
    where = statement(" in schema {}", one.schema) if one.schema else ""
    head = statement("alter default privileges for role {}{}", one.name, raw(where))
    built_in = {(grant.grantee, grant.privilege) for grant in grants(one.built_in)}
    held = [
        grant
        for grant in grants(one.acl)
        if grant.grantee != one.name and (grant.grantee, grant.privilege) not in built_in
    ]
    for grantee, grantable, privileges in _by_grantee(held):
        option = raw(" with grant option" if grantable else "")
        yield statement(
            "{} grant {} on {} to {}{}", raw(head), raw(", ".join(privileges)), raw(one.part), role(grantee), option
        )


def _by_grantee(held: Iterable[Grant]) -> Iterator[tuple[str, bool, list[str]]]:
    found: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for grant in held:
        found[grant.grantee, grant.grantable].add(grant.privilege)
    for (grantee, grantable), privileges in sorted(found.items()):
        yield grantee, grantable, sorted(privileges, key=_ORDER.index)


def _by_birth(one: CatalogObject, privileges: list[str]) -> bool:
    """Whether PUBLIC holds it on every such object from its creation (manual, section 5.8); no source writes that."""
    if one.kind in ("function", "aggregate"):
        return True
    if one.kind == "schema":
        return one.name == "public" and privileges == ["usage"]
    return one.kind == "database" and set(privileges) <= {"connect", "temporary"}
