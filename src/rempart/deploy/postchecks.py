"""What is looked at after a revision has run and before it is committed; what it says no to is rolled back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import psycopg
from psycopg import sql

from rempart.audit import anonymous
from rempart.audit.model import Anonymous, Sight
from rempart.audit.project import lint_configuration
from rempart.catalog.compare import Difference, compare
from rempart.catalog.fingerprint import fingerprint
from rempart.catalog.kinds.index import Index
from rempart.catalog.model import Catalog
from rempart.catalog.read import read
from rempart.config import Config
from rempart.deploy.rehearsal import Effect
from rempart.deploy.steps import Step
from rempart.deploy.target import Connection
from rempart.errors import GateFailure
from rempart.lint.settings import Settings
from rempart.revisions.workbench import without_anything_own, without_cluster

CATALOG, ANON, INTEGRITY = "catalog", "anon", "integrity"
NAMES = (CATALOG, ANON, INTEGRITY)
_SHOWN = 5
_MAY_READ = (Sight.ROWS, Sight.UNDECIDED)


@dataclass(frozen=True)
class Seen:
    """The target at one moment.

    Attributes:
        catalog: Its catalog.
        anon: What the anonymous role can do; None when there is no such role.
        integrity: Count of alerts by code; None when the project has no integrity view, or it is not there yet.
    """

    catalog: Catalog
    anon: Anonymous | None
    integrity: Mapping[str, int] | None

    @cached_property
    def fingerprint(self) -> str:
        """Of the catalog, without what belongs to the server."""
        return fingerprint(without_cluster(self.catalog))


@dataclass
class PostChecks:
    """The checks of a deployment, revision after revision.

    Attributes:
        config: The project.
        major: Major version of the server on which the revisions were rehearsed.
        effects: What each revision did there, by revision.
        accepted: Checks whose no is recorded but does not stop, by the wish of a person.
        recorded: For each revision that is to be undone, the fingerprint of the target before it was applied.
        seen: The target at first, and after each revision.
        complaints: What was accepted, revision by revision.
    """

    config: Config
    major: int
    effects: Mapping[str, Effect]
    accepted: Collection[str] = ()
    recorded: Mapping[str, str] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    complaints: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def _settings(self) -> Settings:
        return lint_configuration(self.config.root).settings

    def look(self, connection: Connection) -> Seen:
        """Look at the target.

        Args:
            connection: A session on it, in a transaction or not.
        """
        catalog = without_anything_own(read(connection, again=True))
        if self.seen:
            catalog = catalog.kept_beside(self.seen[-1].catalog)
        anon, _ = anonymous.probe(
            connection,
            self.config.anonymous_role,
            self.config.exposed_schemas,
            self.config.claims_setting,
            self._settings,
        )
        return Seen(catalog, anon, integrity_counts(connection, self.config))

    def check(self, step: Step, connection: Connection) -> Seen:
        """Check what a revision did.

        Args:
            step: The revision; it has run and is not committed.
            connection: The session in which it ran.

        Raises:
            GateFailure: It is not what was expected.
        """
        before, now = self.seen[-1], self.look(connection)
        # What a failure left INVALID is not on the copy, and is built anew or dropped here.
        catalog = before.catalog if step.transactional else _without_invalid_indexes(before.catalog)
        complaints = {
            CATALOG: self._unexpected(step, catalog, now.catalog) + self._unrestored(step, now),
            ANON: _leaks(before.anon, now.anon),
            INTEGRITY: _alerts(before.integrity, now.integrity),
        }
        said = [f"{name}: {complaint}" for name in NAMES for complaint in complaints[name]]
        fatal = [line for line in said if line.partition(":")[0] not in self.accepted]
        if fatal:
            more = f" and {len(fatal) - _SHOWN} more" if len(fatal) > _SHOWN else ""
            undone = "was rolled back" if step.transactional else "is not noted, though what it did stays"
            raise GateFailure(
                f"the {step.direction} of revision {step.revision} {undone}, for a check before its commit said"
                f" no: {'; '.join(fatal[:_SHOWN])}{more}",
                "Correct the revision; or accept it by --override CHECK --reason TEXT, which is recorded.",
            )
        if said:
            self.complaints[step.revision] = said
        self.seen.append(now)
        return now

    def _unexpected(self, step: Step, before: Catalog, after: Catalog) -> list[str]:
        """Where the change of the catalog is another than it was on the copy."""
        expected = {one.identity: one for one in self.effects[step.revision].changes}
        found = {one.identity: one for one in compare(before, after)}
        complaints = [f"{identity} did not change as on the copy" for identity in expected if identity not in found]
        complaints += [f"{identity} changed, and did not on the copy" for identity in found if identity not in expected]
        complaints += [
            f"{identity} is another than on the copy"
            for identity, one in found.items()
            if identity in expected and not self._alike(expected[identity], one)
        ]
        return complaints

    def _unrestored(self, step: Step, now: Seen) -> list[str]:
        """Whether undoing a revision has not led back to where the target was before it was applied."""
        if self.recorded.get(step.revision, now.fingerprint) == now.fingerprint:
            return []
        return [
            f"the target is not what it was before {step.revision} was applied, by the record of then;"
            " `rempart diff` shows what else was changed since"
        ]

    def _alike(self, expected: Difference, found: Difference) -> bool:
        if expected.action != found.action or expected.changes != found.changes:
            return False
        # Another major version prints the same definition differently.
        if self.major != self.seen[0].catalog.major:
            return True
        if expected.action == "alter":
            return all(getattr(expected.after, name) == getattr(found.after, name) for name in found.changes)
        return expected.after == found.after


def integrity_counts(connection: Connection, config: Config) -> dict[str, int] | None:
    """Count the alerts of the integrity view by code.

    Args:
        connection: A session of a role that sees all of them, in a transaction or not.
        config: The project.

    Returns:
        The counts; None when the project has no such view, or it is not there yet.
    """
    if config.integrity_names is None:
        return None
    view = sql.Identifier(*config.integrity_names.view.split("."))
    statement = sql.SQL("select check_code, pg_catalog.count(*) from {} group by check_code order by check_code")
    try:
        with connection.transaction():
            rows: list[tuple[Any, ...]] = connection.execute(statement.format(view)).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return None
    return {str(code): int(count) for code, count in rows}


def _without_invalid_indexes(catalog: Catalog) -> Catalog:
    objects = {
        identity: made for identity, made in catalog.objects.items() if not (isinstance(made, Index) and not made.valid)
    }
    return replace(catalog, objects=objects)


def _leaks(before: Anonymous | None, after: Anonymous | None) -> list[str]:
    """What the anonymous role gained."""
    if after is None:
        return []
    had = _powers(before) if before is not None else set()
    read = {one.name for one in before.relations if one.sight in _MAY_READ} if before is not None else set()
    gained = sorted(_powers(after) - had)
    gained += [
        f"may read {one.name}, as far as can be told: {one.reason}"
        for one in after.relations
        if one.sight is Sight.UNDECIDED and one.name not in read
    ]
    return [f"{after.role} {power}" for power in gained]


def _powers(anon: Anonymous) -> set[str]:
    reads = {f"reads {one.name}" for one in anon.leaks}
    writes = {f"may {command} {one.name}" for one in anon.writable for command in one.writes}
    calls = {f"may execute {one.name}" for one in anon.functions if one.exposed}
    return reads | writes | calls


def _alerts(before: Mapping[str, int] | None, after: Mapping[str, int] | None) -> list[str]:
    """The checks of which there are more than before; a view that is new has nothing to be compared with."""
    if before is None or after is None:
        return []
    return [
        f"{code}: {count}, before {before.get(code, 0)}"
        for code, count in sorted(after.items())
        if count > before.get(code, 0)
    ]
