"""Read the catalog of a database: a few set-based queries in one snapshot, whatever the size of the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from importlib import resources
from typing import Any, cast

import psycopg
from psycopg import sql

from rempart.catalog.identity import Identity
from rempart.catalog.kinds import KINDS
from rempart.catalog.model import Catalog, CatalogObject
from rempart.errors import OperationError
from rempart.postgres.platform import INSTALLED
from rempart.postgres.server import connect

Connection = psycopg.Connection[Any]
_Address = tuple[int, int, int]
"""Where Postgres keeps an object: its catalog, its identifier, its column."""

MINIMUM_MAJOR, MAXIMUM_MAJOR = 15, 18
_ARRAY_TYPES = frozenset(psycopg.postgres.types[name].array_oid for name in ("text", "name"))
_FIRST_ARRAY_FIELD = 7  # of a row: before it stand the address, the identity and the owner


def read(connection: Connection, *, again: bool = False) -> Catalog:
    """Read everything that a migration can change.

    Args:
        connection: An autocommit connection; in a transaction its uncommitted changes are read too. Any role, for
            the catalogs are open to all.
        again: Whether this session will read again: the server then plans the queries once. Not behind a pooler that
            gives each transaction another session.

    Raises:
        OperationError: The server's version is not one whose catalogs are known.
    """
    major = connection.info.server_version // 10000
    if not MINIMUM_MAJOR <= major <= MAXIMUM_MAJOR:
        raise OperationError(
            f"the server is Postgres {major}; catalogs are read of {MINIMUM_MAJOR} to {MAXIMUM_MAJOR}",
            "Use a server of one of these versions.",
        )
    with snapshot(connection), _planning_once(connection, again=again):
        acls = _by_address(connection, "privileges", again) | _by_address(connection, "system_acl", again)
        comments = {row[:3]: row[3] for row in _rows(connection, "comments", again, {"stand_in": INSTALLED})}
        labels = _by_address(connection, "labels", again)
        objects: dict[Identity, CatalogObject] = {}
        passed_on: dict[Identity, CatalogObject] = {}
        addresses: dict[_Address, Identity] = {}
        for query, kind in KINDS:
            for address, rest in _described(connection, query, again):
                made = cast("Any", kind)(
                    *rest[:4], acls.get(address, ()), comments.get(address), labels.get(address, ()), *rest[4:]
                )
                identity = made.identity
                if made.from_parent:
                    passed_on[identity] = made
                    continue
                objects[identity] = made
                addresses[address] = identity
        parts, needs = _rows(connection, "parts", again), _rows(connection, "dependencies", again)
        unread = tuple(_rows(connection, "not_compared", again))
    return Catalog(major, objects, unread, partial(_dependencies, addresses, parts, needs), passed_on)


def read_all(urls: Sequence[str]) -> list[Catalog]:
    """Read several databases at the same time: much of it is waiting for their servers.

    Args:
        urls: The databases.

    Raises:
        OperationError: One cannot be reached or read.
    """

    def read_one(url: str) -> Catalog:
        with connect(url) as connection:
            return read(connection)

    with ThreadPoolExecutor(max_workers=max(len(urls), 1)) as pool:
        return list(pool.map(read_one, urls))


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """A read-only transaction that sees one state of the database and names every object in full.

    Within a transaction it is a savepoint, undone at the end with its settings; what others commit meanwhile may show.

    Args:
        connection: A connection.
    """
    within = connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
    with connection.transaction(force_rollback=within):
        if within:
            connection.execute("select pg_catalog.set_config('transaction_read_only', 'on', true)")
        else:
            connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("select pg_catalog.set_config('search_path', 'pg_catalog', true)")
        connection.execute(_query("session"))
        yield


@contextmanager
def _planning_once(connection: Connection, *, again: bool) -> Iterator[None]:
    """Allow prepared statements where the session is to keep them."""
    threshold = connection.prepare_threshold
    if again and threshold is None:
        connection.prepare_threshold = 0
    try:
        yield
    finally:
        connection.prepare_threshold = threshold


def _rows(
    connection: Connection, query: str, again: bool, parameters: dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        return cursor.execute(_query(query), parameters, prepare=again or None).fetchall()


def _described(connection: Connection, query: str, again: bool) -> Iterator[tuple[_Address, tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        rows = cursor.execute(_query(query), prepare=again or None).fetchall()
        arrays = [
            index for index, column in enumerate(cursor.description or ())
            if index >= _FIRST_ARRAY_FIELD and column.type_code in _ARRAY_TYPES
        ]  # fmt: skip
    for row in rows:
        rest = row[3:]
        if arrays:
            changed = list(rest)
            for index in arrays:
                changed[index - 3] = _frozen(changed[index - 3])
            rest = tuple(changed)
        yield row[:3], rest


def _frozen(value: Any) -> Any:
    return tuple(_frozen(entry) for entry in value) if isinstance(value, list) else value


def _by_address(connection: Connection, query: str, again: bool) -> dict[_Address, tuple[str, ...]]:
    return {row[:3]: tuple(sorted(row[3])) for row in _rows(connection, query, again)}


def _dependencies(
    addresses: dict[_Address, Identity], part_rows: list[tuple[Any, ...]], rows: list[tuple[Any, ...]]
) -> dict[Identity, frozenset[Identity]]:
    parts = {row[:3]: row[3:] for row in part_rows}

    def identity(address: _Address) -> Identity | None:
        for _ in range(len(parts)):
            if address in addresses:
                return addresses[address]
            if address not in parts:
                break
            address = parts[address]
        # A column that is not an object of its own, such as one of a view, stands for its relation.
        return identity((*address[:2], 0)) if address[2] else None

    found: dict[Identity, set[Identity]] = defaultdict(set)
    for row in rows:
        needing, needed = identity(row[:3]), identity(row[3:])
        if needing is not None and needed is not None and needing != needed:
            found[needing].add(needed)
    return {needing: frozenset(needed) for needing, needed in found.items()}


@cache
def _query(name: str) -> sql.SQL:
    return sql.SQL(resources.files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8"))
