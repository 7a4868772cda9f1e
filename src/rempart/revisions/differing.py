"""Compare two sources, whatever they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rempart.catalog.granting import Setup, others
from rempart.catalog.identity import Identity
from rempart.catalog.model import Catalog
from rempart.catalog.plan import Plan, plan
from rempart.catalog.privileges import grants
from rempart.config import Config
from rempart.revisions.workbench import Step, Workbench, common_major, without_version_schema, workbench
from rempart.sources.source import Source

_DATABASE = Identity("database", "", "this database")


@dataclass(frozen=True)
class Comparison:
    """How two sources differ.

    Attributes:
        before: The first source.
        after: The second source.
        plan: The differences, and the statements that lead from the first to the second.
        not_compared: What one of them has but was not read: its kind, its name.
        major: The version of Postgres on which they were compared.
    """

    before: Source
    after: Source
    plan: Plan
    not_compared: tuple[tuple[str, str], ...]
    major: int


def compare_sources(config: Config, before: Source, after: Source, step: Step = lambda _message: None) -> Comparison:
    """Compare two sources on one version of Postgres.

    Args:
        config: The project.
        before: The state to start from.
        after: The state to reach.
        step: Told what is being done.

    Raises:
        UsageError: A source does not exist.
        OperationError: A source could not be read.
    """
    with workbench(config, common_major(config, before, after), step) as bench:
        old, new = without_version_schema(*bench.both(before, after))
        if before.is_live != after.is_live:
            old, new = _as_one_database(old, new)
        step("comparing")
        unread = dict.fromkeys((*old.not_compared, *new.not_compared))
        return Comparison(before, after, planned(bench, old, new), tuple(unread), bench.server.major)


def planned(bench: Workbench, before: Catalog, after: Catalog) -> Plan:
    """The statements that lead from one catalog to another, as the project's owner runs them.

    Args:
        bench: Where the catalogs come from.
        before: The state to start from.
        after: The state to reach.
    """
    return plan(before, after, setup(bench.config, after))


def setup(config: Config, catalog: Catalog) -> Setup:
    """Who runs the statements, and the roles that new objects are closed to: those the gateway can become.

    Args:
        config: The project.
        catalog: Where the roles are.
    """
    reached = {
        identity.name for identity in catalog.objects
        if identity.kind == "membership" and identity.part == config.gateway_role
    }  # fmt: skip
    return Setup(config.owner, tuple(sorted(reached)))


def _as_one_database(before: Catalog, after: Catalog) -> tuple[Catalog, Catalog]:
    """Leave the owner of the database out: that of a throw-away one says nothing about a live one."""
    old, new = before.objects.get(_DATABASE), after.objects.get(_DATABASE)
    if old is None or new is None:
        return before, after
    if others(grants(old.acl), old.owner) != others(grants(new.acl), new.owner):
        return before, after
    objects = dict(after.objects) | {_DATABASE: old}
    return before, replace(after, objects=objects)
