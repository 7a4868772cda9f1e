"""What the tests of the audit share: the scope of the project, and findings as pairs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rempart.audit.judge import Justified
from rempart.audit.justified import justified_by
from rempart.audit.model import Audit
from rempart.audit.run import Scope
from rempart.config import Config
from rempart.lint.configuration import load
from rempart.lint.registry import all_rules
from rempart.lint.settings import Settings

LEGACY = Path(__file__).parent / "legacy" / "depot.sql"


def scope_of(config: Config) -> Scope:
    """The scope of the project, without what takes a server of its own: the catalog of a revision."""
    settings, justified = _said_by(str(config.root))
    return Scope(
        exposed=config.exposed_schemas,
        anonymous=config.anonymous_role,
        claims_setting=config.claims_setting,
        owners=(config.owner,),
        settings=settings,
        justified=justified,
    )


@cache
def _said_by(root: str) -> tuple[Settings, Justified]:
    configuration = load(root, [*(rule.name for rule in all_rules()), "squawk/"])
    return configuration.settings, justified_by(configuration)


def holes(found: Audit) -> list[tuple[str, str]]:
    """Rule and object of every finding that fails the audit."""
    return sorted((one.rule, one.object) for one in found.findings if one.fails)
