"""What a project knows that an audit of one of its databases needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rempart.audit.drift import Expected
from rempart.audit.justified import justified_by
from rempart.audit.run import Gateway, Scope
from rempart.catalog.model import Catalog
from rempart.config import Config
from rempart.lint.configuration import LintConfiguration, load
from rempart.lint.registry import all_rules
from rempart.postgres import binaries
from rempart.revisions.workbench import Workbench, Workbenches, workbench
from rempart.sources.source import Source, SourceKind, parse


def scope_of(
    config: Config | None,
    source: Source,
    gateway: Gateway | None,
    step: Callable[[str], None],
    benches: Workbenches | None = None,
) -> Scope:
    """What an audit has to know.

    Args:
        config: The project; None without one.
        source: The live database.
        gateway: The gateway to ask; None for none.
        step: Told what is being done.
        benches: Servers to build the revision on; one is started for it by default.
    """
    configuration = lint_configuration(config.root if config else Path.cwd())
    if config is None:
        return Scope(settings=configuration.settings, gateway=gateway)
    return Scope(
        exposed=config.exposed_schemas,
        anonymous=config.anonymous_role,
        claims_setting=config.claims_setting,
        owners=_owners(config, source),
        settings=configuration.settings,
        justified=justified_by(configuration),
        expected=_expected_of(config, source, step, benches),
        gateway=gateway,
    )


def lint_configuration(folder: Path) -> LintConfiguration:
    """The linter's configuration in a folder.

    Args:
        folder: A folder of the project; any, for the defaults.

    Raises:
        UsageError: The table is wrong.
    """
    return load(str(folder), [*(rule.name for rule in all_rules()), "squawk/"])


def _owners(config: Config, source: Source) -> tuple[str, ...]:
    environment = config.environments.get(source.detail) if source.kind is SourceKind.ENVIRONMENT else None
    named = environment.owner if environment is not None else None
    return (config.owner, named) if named and named != config.owner else (config.owner,)


def _expected_of(config: Config, source: Source, step: Callable[[str], None], benches: Workbenches | None) -> Expected:
    """What builds the state that a revision leaves; see `drift.Expected`."""

    def build(revision: str, found: Catalog) -> tuple[Catalog, Catalog]:
        major = found.major if found.major in binaries.installed() else binaries.DEFAULT_MAJOR
        if benches is not None:
            return _both(benches.of(major), revision, found)
        with workbench(config, major, step) as bench:
            return _both(bench, revision, found)

    def _both(bench: Workbench, revision: str, found: Catalog) -> tuple[Catalog, Catalog]:
        released = parse(f"revisions@{revision}")
        if found.major == bench.server.major:
            return bench.settled(released, source, bench.catalog_of(released), found)
        # Another version prints one definition in another way: the database is brought over by a dump.
        return bench.both(released, source)

    return build
