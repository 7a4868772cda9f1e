"""The audit of a live database, from its URL to its outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from rempart.audit import anonymous, rest
from rempart.audit.drift import Expected, drift_of
from rempart.audit.judge import Justified, judge
from rempart.audit.model import Audit, NotAudited, RestAnswer
from rempart.audit.session import reading
from rempart.catalog.model import Catalog
from rempart.catalog.read import read
from rempart.lint.settings import Settings

Step = Callable[[str], None]


@dataclass(frozen=True)
class Gateway:
    """A REST gateway to be asked.

    Attributes:
        url: Where its relations are found.
        key: The anonymous key.
    """

    url: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class Scope:
    """What an audit has to know about the project.

    Attributes:
        exposed: Schemas that the gateway offers to its clients, its own choice first.
        anonymous: The role of a session without a login.
        claims_setting: The setting in which the gateway passes the claims of a session.
        owners: Roles whose objects the project answers for.
        settings: Settings of the rules.
        justified: What the project allows.
        expected: Builds what a revision leaves; None without a project.
        gateway: The gateway to ask; None for none.
    """

    exposed: tuple[str, ...] = ("public",)
    anonymous: str = "anon"
    claims_setting: str = "request.jwt.claims"
    owners: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    justified: Justified = field(default_factory=Justified)
    expected: Expected | None = None
    gateway: Gateway | None = None


def audit(url: str, scope: Scope, step: Step = lambda _message: None) -> Audit:
    """Audit a database. Nothing is written to it, and nothing can be.

    Args:
        url: libpq URI of the database; any role that may connect. What that role cannot see is said.
        scope: What to know about the project.
        step: Told what is being done.

    Raises:
        UsageError: The URL cannot be understood.
        OperationError: The server does not answer, or its version is not one whose catalogs are known.
    """
    started = monotonic()
    with reading(url) as connection:
        step("reading the catalog")
        catalog = read(connection)
        step("asking the rules")
        findings, not_audited = judge(catalog, scope.settings, scope.justified, scope.owners)
        not_audited += [
            NotAudited(f"{kind} {name}", "objects of this kind are not read") for kind, name in catalog.not_compared
        ]
        step(f"trying as {scope.anonymous}")
        seen, unseen = anonymous.probe(connection, scope.anonymous, scope.exposed, scope.claims_setting, scope.settings)
        not_audited += unseen
        step("comparing with the released revision")
        drift = drift_of(connection, catalog, scope.expected, scope.settings.platform_schemas)
        if not drift.checked:
            not_audited.append(NotAudited("drift", drift.reason))
        answers = _asked(scope, catalog, step)
        not_audited += rest.doubts(answers or ())
        return Audit(
            database=connection.info.dbname,
            role=connection.info.user,
            server=f"Postgres {connection.info.server_version // 10000}",
            seconds=monotonic() - started,
            findings=tuple(findings),
            anonymous=seen,
            rest=answers,
            drift=drift,
            not_audited=tuple(not_audited),
        )


def _asked(scope: Scope, catalog: Catalog, step: Step) -> tuple[RestAnswer, ...] | None:
    if scope.gateway is None:
        return None
    step("asking the REST gateway")
    relations = sorted(
        (identity.schema, identity.name)
        for identity in catalog.objects
        if identity.kind in ("table", "view") and identity.schema in scope.exposed
    )
    return rest.ask(scope.gateway.url, scope.gateway.key, relations, scope.exposed[0])
