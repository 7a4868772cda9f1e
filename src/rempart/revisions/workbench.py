"""A throw-away server on which every source becomes a database, and every database a catalog."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from rempart.catalog.identity import Identity
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.types import Domain
from rempart.catalog.model import Catalog
from rempart.catalog.printed import settled
from rempart.catalog.privileges import grants
from rempart.catalog.read import read, read_all
from rempart.config import Config
from rempart.errors import OperationError
from rempart.own_objects import SCHEMA, is_own
from rempart.postgres import binaries, databases, platform
from rempart.postgres.dump import bring_over
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server, connect
from rempart.revisions import runner
from rempart.sources import checkout, declared, scripts
from rempart.sources.live import url_of
from rempart.sources.source import Source, SourceKind

Step = Callable[[str], None]
_MAINTAINED = ("table", "view", "default privileges")
_MAINTAIN = re.compile(r"(=[^/m]*)m\*?(?=[^/]*/)")
_NOT_IN_A_DUMP = ("database", "role", "membership", "setting", "system object")


@dataclass
class Workbench:
    """A server, and what has been made on it so far.

    Attributes:
        config: The project.
        server: The throw-away server.
        step: Told what is being done.
    """

    config: Config
    server: Server
    step: Step
    _made: dict[tuple[str, Path | None], str] = field(default_factory=dict)

    def database(self, source: Source) -> str:
        """A database in the state of a source that is not live; the same one each time.

        Args:
            source: The source.

        Returns:
            Its name; nobody may change it, see `copy`.

        Raises:
            UsageError: There is no such source.
            OperationError: It could not be made.
        """
        key = (source.written, self.config.root)
        if key not in self._made:
            self.step(f"building {source.shown}")
            if source.kind is SourceKind.GIT:
                with checkout.at_ref(self.config, source.detail) as config:
                    self._made[key] = self._build(source, config)
            else:
                self._made[key] = self._build(source, self.config)
        return self._made[key]

    def _build(self, source: Source, config: Config) -> str:
        name = self.copy(self.platform_database(config))
        if source.kind is SourceKind.REVISIONS:
            runner.upgrade(self.server.url(name, config.owner), source.detail, config)
        elif source.kind is SourceKind.PATH:
            scripts.load(self.server.url(name), Path(source.detail), config.owner)
        else:
            with connect(self.server.url(name)) as connection:
                declared.load(connection, config)
        return name

    def platform_database(self, config: Config) -> str:
        """A database that has nothing but the platform stand-in.

        Args:
            config: The project, or the one of another commit.
        """
        key = ("platform", config.platform)
        if key not in self._made:
            name = _new_name()
            databases.create(self.server, name)
            platform.install(self.server, name, config.platform, config.owner)
            self._made[key] = name
        return self._made[key]

    def copy(self, name: str) -> str:
        """A copy of a database, to be changed.

        Args:
            name: The database; nobody may be connected to it.
        """
        made = _new_name()
        databases.create(self.server, made, name, self.config.owner)
        return made

    def catalog(self, name: str) -> Catalog:
        """The catalog of a database of this server.

        Args:
            name: The database.
        """
        with connect(self.server.url(name)) as connection:
            return without_own_objects(read(connection))

    def catalog_of(self, source: Source) -> Catalog:
        """The catalog of a source.

        Args:
            source: The source; a live one is read where it is, or brought over when its version differs.

        Raises:
            UsageError: There is no such source.
            OperationError: It could not be read.
        """
        here = self._url_here(source)
        self.step(f"reading {source.shown}")
        if here is None:
            return self._brought_over(url_of(source, self.config))
        return without_own_objects(*read_all([here]))

    def both(self, first: Source, second: Source) -> tuple[Catalog, Catalog]:
        """The catalogs of two sources, read at the same time where nothing has to be brought over.

        A database that was brought over may come from a version before the privilege MAINTAIN and before NOT NULL had
        names that tables and columns keep when they are renamed: these are left out then. Where nothing is brought
        over, what a live one only prints otherwise is no difference: see `settled`.

        Args:
            first: A source.
            second: Another.

        Raises:
            UsageError: There is no such source.
            OperationError: One could not be read.
        """
        urls = [self._url_here(source) for source in (first, second)]
        if None in urls:
            # Both by way of a dump: what that changes, such as how a list of varchar is cast, is then no difference.
            old, new = (_without_names_of_not_null(self._brought_over(self._url(one))) for one in (first, second))
            return without_maintain(old), without_maintain(new)
        self.step("reading both")
        old, new = map(without_own_objects, read_all([url for url in urls if url is not None]))
        if second.is_live:
            return self.settled(first, second, old, new)
        if first.is_live:
            new, old = self.settled(second, first, new, old)
        return old, new

    def settled(self, first: Source, second: Source, old: Catalog, new: Catalog) -> tuple[Catalog, Catalog]:
        """Two catalogs without what is only printed otherwise because one database was restored from a dump.

        Args:
            first: A source.
            second: Another, which is live.
            old: The first one's catalog, as read on this version.
            new: The second one's, which stays as it is.
        """

        def again() -> tuple[Catalog, Catalog] | None:
            self.step("reading both by way of a dump")
            try:
                return self._brought_over(self._url(first)), self._brought_over(self._url(second))
            except OperationError:
                return None  # a role that may not dump: what differs stays a difference

        return settled(old, new, again)

    def _url(self, source: Source) -> str:
        return url_of(source, self.config) if source.is_live else self.server.url(self.database(source))

    def _url_here(self, source: Source) -> str | None:
        """Where a source can be read as it is; None when it has to be brought over to this version first."""
        if not source.is_live:
            return self.server.url(self.database(source))
        url = url_of(source, self.config)
        with connect(url) as connection:
            same = connection.info.server_version // 10000 == self.server.major
        return url if same else None

    def _brought_over(self, url: str) -> Catalog:
        """Read a database of another version by way of a dump, for versions print one definition differently.

        What no dump of one database holds, roles and settings, is read where it is.
        """
        name = _new_name()
        databases.create(self.server, name)
        bring_over(url, self.server, name)
        over = self.catalog(name)
        with connect(url) as connection:
            there = read(connection)
        kept = {identity: made for identity, made in over.objects.items() if identity.kind not in _NOT_IN_A_DUMP}
        cluster = {identity: made for identity, made in there.objects.items() if identity.kind in _NOT_IN_A_DUMP}
        return replace(over, objects=cluster | kept, not_compared=there.not_compared)


@contextmanager
def workbench(config: Config, major: int | None = None, step: Step = lambda _message: None) -> Iterator[Workbench]:
    """Start a throw-away server to build sources on.

    Args:
        config: The project.
        major: Its major version; the newest embedded one by default.
        step: Told what is being done.

    Raises:
        OperationError: The server could not be started.
    """
    step("starting a throw-away server")
    with temporary_server(major or binaries.DEFAULT_MAJOR) as server:
        yield Workbench(config, server, step)


class Workbenches:
    """Throw-away servers for a longer piece of work: each is started when it is first wanted, and kept to the end.

    Args:
        config: The project.
        step: Told what is being done.
    """

    def __init__(self, config: Config, step: Step) -> None:
        self._config, self._step = config, step
        self._started: dict[int, Workbench] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Workbenches:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def of(self, major: int | None = None) -> Workbench:
        """The workbench on a server of a major version.

        Args:
            major: The version; the newest embedded one by default.

        Raises:
            OperationError: The server could not be started.
        """
        wanted = major or binaries.DEFAULT_MAJOR
        if wanted not in self._started:
            self._started[wanted] = self._stack.enter_context(workbench(self._config, wanted, self._step))
        return self._started[wanted]


def common_major(config: Config, *sources: Source) -> int:
    """The version on which sources are best compared: the live ones' own, where an embedded server has it.

    Args:
        config: The project.
        sources: What is to be compared.

    Raises:
        OperationError: A live source cannot be reached.
    """
    majors = set()
    for source in sources:
        if source.is_live:
            with connect(url_of(source, config)) as connection:
                majors.add(connection.info.server_version // 10000)
    if len(majors) == 1 and (only := majors.pop()) in binaries.installed():
        return only
    if majors and max(majors) > binaries.DEFAULT_MAJOR:
        raise OperationError(
            f"a database is Postgres {max(majors)}, and there is no embedded server of that version or later",
            "Update rempart.",
        )
    return binaries.DEFAULT_MAJOR


def without_version_schema(before: Catalog, after: Catalog) -> tuple[Catalog, Catalog]:
    """Two catalogs without the schema that Alembic's version table made, where only one of them has it.

    Args:
        before: One catalog.
        after: The other.
    """
    identity = Identity("schema", "", SCHEMA)
    if (identity in before.objects) == (identity in after.objects):
        return before, after
    if any(one.schema == SCHEMA for catalog in (before, after) for one in catalog.objects):
        return before, after
    return _without(before, {identity}), _without(after, {identity})


def without_own_objects(catalog: Catalog) -> Catalog:
    """A catalog without Alembic's version table and the ledger: where the history stands is no part of the state.

    Args:
        catalog: The catalog.
    """
    return _without(catalog, {identity for identity in catalog.objects if is_own(identity)})


def without_anything_own(catalog: Catalog) -> Catalog:
    """A catalog without the version table, the ledger and their schema, which Alembic leaves behind at base.

    Args:
        catalog: The catalog.
    """
    return _without(without_own_objects(catalog), {Identity("schema", "", SCHEMA)})


def without_cluster(catalog: Catalog) -> Catalog:
    """A catalog without what belongs to the server or is set for the database: no dump of the database has it.

    Args:
        catalog: The catalog.
    """
    return _without(catalog, {identity for identity in catalog.objects if identity.kind in _NOT_IN_A_DUMP})


def without_maintain(catalog: Catalog) -> Catalog:
    """A catalog without the privilege MAINTAIN, which Postgres has since version 17.

    Args:
        catalog: The catalog.
    """
    objects = {
        identity: replace(made, acl=_without_letter(made.acl)) if made.acl else made
        for identity, made in catalog.objects.items()
        if identity.kind in _MAINTAINED
    }
    return replace(catalog, objects={**catalog.objects, **objects})


def _without_letter(acl: tuple[str, ...]) -> tuple[str, ...]:
    # Who had nothing else is left with nothing: a dump of an older version takes all other privileges one by one.
    return tuple(entry for entry in (_MAINTAIN.sub(r"\1", one) for one in acl) if grants((entry,)))


def _without_names_of_not_null(catalog: Catalog) -> Catalog:
    objects = {
        identity: replace(made, not_null_name=None)
        for identity, made in catalog.objects.items()
        if isinstance(made, Column | Domain) and made.not_null_name
    }
    return replace(catalog, objects={**catalog.objects, **objects})


def _without(catalog: Catalog, left_out: set[Identity]) -> Catalog:
    objects = {identity: made for identity, made in catalog.objects.items() if identity not in left_out}
    return replace(catalog, objects=objects)


def _new_name() -> str:
    return f"rempart_{secrets.token_hex(8)}"
