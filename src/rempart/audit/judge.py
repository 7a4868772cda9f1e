"""The linter's rules on a real catalog: the same rules, the same names, each hole named once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from rempart.audit.model import NotAudited
from rempart.audit.script import PREFIX, texts
from rempart.catalog.kinds.default_privileges import DefaultPrivileges
from rempart.catalog.kinds.policy import Policy
from rempart.catalog.kinds.schema import Database, Schema
from rempart.catalog.model import Catalog, CatalogObject
from rempart.lint.engine import Unit, lint
from rempart.lint.registry import all_rules
from rempart.lint.rule import Rule
from rempart.lint.settings import Settings
from rempart.lint.statement import Direction
from rempart.records import replace
from rempart.report.finding import Finding, Severity
from rempart.sqltext.conversion import quick_conversion

ABOUT_CHANGES = frozenset(
    """
    data-before-row-security ddl-in-do-block downgrade-loses-data edited-revision grant-before-row-security policy-gap
    policy-lock policy-without-to psql-command revoke-column-under-table revoke-default-in-schema
    revoke-from-role-while-public revoke-public-while-granted row-security-disabled several-heads suppression-expired
    suppression-unknown-rule suppression-unused suppression-without-reason
    """.split()  # noqa: SIM905
)
"""Rules about how a state is reached or written, which no catalog tells: a policy without TO is one to PUBLIC there."""
_LISTED = frozenset({"table", "sequence", "schema"})
_UNREADABLE = frozenset({"syntax-error", "unfollowed-statement"})

# What says the same hole in other words: left out where the second is found too.
_IN_ONE_STATEMENT = {
    "truncate-privilege": ("grant-to-forbidden-role", "grant-to-public", "default-privileges-open"),
    "grant-all": ("grant-to-forbidden-role", "grant-to-public", "default-privileges-open"),
    "grant-to-public": ("schema-create",),
    "grant-to-forbidden-role": ("schema-create",),
}
_ON_ONE_OBJECT = {
    "grant-to-forbidden-role": ("definer-callable", "materialized-view-readable"),
    "grant-to-public": ("definer-callable", "materialized-view-readable"),
    "truncate-privilege": ("materialized-view-readable",),
    "always-true-read": ("permissive-union",),
    "always-true-write": ("permissive-union",),
}
_ON_ONE_RELATION = {"multiple-permissive-policies": ("permissive-union",)}

_OF_THE_PLATFORM = frozenset(
    {
        "default-privileges-open", "grant-to-forbidden-role", "grant-to-public", "owner-is-api-role", "schema-create",
        "view-without-security-invoker",
    }
)  # fmt: skip
"""What is said of objects of the platform: who gets in. How they are written is not the project's matter."""


Key = tuple[str, str, frozenset[str]]


@dataclass(frozen=True)
class Justified:
    """Findings that the project allows, with a reason, in its declared state.

    Attributes:
        keys: See `keys_of`.
    """

    keys: frozenset[Key] = frozenset()

    def allows(self, finding: Finding, settings: Settings) -> bool:
        """Whether the project allows a finding.

        Args:
            finding: The finding.
            settings: Settings of the rules.
        """
        return self.keys.issuperset(keys_of(finding, settings))


def keys_of(finding: Finding, settings: Settings) -> set[Key]:
    """What a finding shares with the same one found elsewhere: rule, object or else line, and the roles it names.

    What is allowed for users is not allowed for anon.

    Args:
        finding: A finding.
        settings: Names the roles.
    """
    roles = settings.api_roles | settings.forbidden_roles
    named = frozenset(re.findall(r"\w+", finding.message.lower())) & roles
    kind, _, names = finding.object.partition(" ")
    if kind in _LISTED:
        # A source may speak of several objects in one statement.
        return {(finding.rule, f"{kind} {name}", named) for name in names.split(", ")}
    return {(finding.rule, finding.object or finding.source.strip(), named)}


def judge(
    catalog: Catalog, settings: Settings, justified: Justified, owners: Collection[str]
) -> tuple[list[Finding], list[NotAudited]]:
    """Ask the rules about a catalog.

    Args:
        catalog: The catalog.
        settings: Settings of the rules.
        justified: What the project allows.
        owners: Roles whose objects the project answers for, whatever schemas they own.

    Returns:
        Findings, whose path is `catalog:` and the object; and the objects that could not be judged.
    """
    rules: list[Rule] = [rule for rule in all_rules() if rule.name not in ABOUT_CHANGES]
    with quick_conversion():
        sources = texts(catalog, settings.api_roles)
    found = lint([Unit("the catalog", Direction.FILE, sources)], rules, settings).findings
    unread = [
        NotAudited(finding.path.removeprefix(PREFIX), finding.message)
        for finding in found
        if finding.rule in _UNREADABLE
    ]
    objects = {f"{PREFIX}{identity}": made for identity, made in catalog.objects.items()}
    kept = _each_once([finding for finding in found if finding.rule not in _UNREADABLE], objects)
    platform = _Platform(catalog, settings, owners)
    judged = []
    for group in _grouped(kept):
        finding = replace(group[0], message="; ".join(dict.fromkeys(finding.message for finding in group)))
        one = objects.get(finding.path)
        if one is not None and platform.holds(one):
            if finding.rule not in _OF_THE_PLATFORM:
                continue
            message = f"{finding.message}; it is the platform's, out of the project's reach"
            finding = replace(finding, severity=Severity.INFO, message=message)
        allowed = all(part.suppressed or justified.allows(part, settings) for part in group)
        named = replace(finding, object=finding.object or finding.path.removeprefix(PREFIX))
        judged.append(named.allowed() if allowed else named)
    return sorted(judged, key=lambda finding: (finding.severity.rank, finding.rule, finding.path)), unread


def _each_once(found: Sequence[Finding], objects: dict[str, CatalogObject]) -> list[Finding]:
    """Leave out what says again what another finding says."""

    def relation(finding: Finding) -> tuple[str, str] | str:
        one = objects.get(finding.path)
        return (one.schema, one.name) if one is not None else finding.path

    in_statement = {(finding.rule, finding.path, finding.line) for finding in found}
    on_object = {(finding.rule, finding.path) for finding in found}
    on_relation = {(finding.rule, relation(finding)) for finding in found}
    return [
        finding
        for finding in found
        if not any(
            (other, finding.path, finding.line) in in_statement for other in _IN_ONE_STATEMENT.get(finding.rule, ())
        )
        and not any((other, finding.path) in on_object for other in _ON_ONE_OBJECT.get(finding.rule, ()))
        and not any((other, relation(finding)) in on_relation for other in _ON_ONE_RELATION.get(finding.rule, ()))
    ]


def _grouped(found: Iterable[Finding]) -> Iterable[list[Finding]]:
    """The findings of each rule and object, whatever the number of its statements."""
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in found:
        groups[finding.rule, finding.path].append(finding)
    return groups.values()


class _Platform:
    """What belongs to the hosted platform: its schemas, and the defaults of the roles that own them."""

    def __init__(self, catalog: Catalog, settings: Settings, owners: Collection[str]) -> None:
        self._schemas = settings.platform_schemas
        objects = catalog.objects.values()
        answered = {*owners, *(one.owner for one in objects if isinstance(one, Database))}
        held = {one.owner for one in objects if isinstance(one, Schema) and one.name in self._schemas}
        self._roles = held - answered - {None}

    def holds(self, one: CatalogObject) -> bool:
        if isinstance(one, Policy):
            return False  # the platform's tables come without; who adds one answers for it
        if isinstance(one, DefaultPrivileges):
            return one.name in self._roles
        return (one.name if isinstance(one, Schema) else one.schema) in self._schemas
