"""A row in every table, whatever the revision: an empty table cannot prove that nobody reads it.

Values come from the catalog (types, foreign keys, the literals of checks); what a catalog does not tell, such as a
check over two columns, is written here by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

VERSION_TABLE = "rempart.alembic_version"

_BY_TYPE = {
    "uuid": "gen_random_uuid()",
    "text": "'Une ligne plantée'",
    "character varying": "'Une ligne plantée'",
    "integer": "1",
    "bigint": "1",
    "numeric": "1",
    "double precision": "1",
    "boolean": "true",
    "date": "current_date",
    "timestamp with time zone": "now()",
    "jsonb": "'{}'",
    "xid8": "'1'",
}
# What no catalog tells: columns that a check or a trigger asks for. A column that is not there yet is left out.
_BY_HAND: dict[str, dict[str, str]] = {
    "public.profils": {"user_id": "(select id from auth.users limit 1)"},
    "public.citernes": {
        "depot_id": "(select id from public.depots limit 1)",
        "capacite_totale": "1000",
        "capacite_securite": "0",
    },
    "public.receptions": {
        "index_avant": "0",
        "index_apres": "100",
        "volume_ambiant": "100",
        "volume_15c": "90",  # far enough from 100 for v_integrity_checks to have a row
        "date_reception": "current_date - 1",
    },
    "public.sorties_produit": {
        "client_id": "(select id from public.clients limit 1)",
        "volume_ambiant": "1",
        "volume_15c": "1",
    },
    "public.stocks_adjustments": {"mouvement_id": "(select id from public.receptions limit 1)"},
    "public.stocks_ouverture": {"proprietaire_type": "'PARTENAIRE'"},
}


@dataclass(frozen=True)
class _Column:
    name: str
    type: str
    needed: bool  # NOT NULL without a default
    refers_to: str | None
    refers_to_column: str | None
    literal: str | None  # the first that a check admits


def tables(connection: psycopg.Connection[Any]) -> list[str]:
    """Every table of every schema that is not Postgres's own."""
    return [
        name
        for (name,) in connection.execute(
            "select format('%I.%I', n.nspname, c.relname) from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
            " order by 1"
        )
    ]


def plant_everywhere(connection: psycopg.Connection[Any], *, leave: Iterable[str] = ()) -> list[str]:
    """Plant a row in every empty table, and see it.

    Args:
        connection: The owner's, in autocommit: the rows stay.
        leave: Tables that stay as they are.

    Returns:
        The tables that got a row.
    """
    planted = []
    waiting = [name for name in tables(connection) if name not in set(leave) and not _has_rows(connection, name)]
    while waiting:
        refused = {name: error for name in waiting if (error := _plant(connection, name))}
        planted += [name for name in waiting if name not in refused]
        assert len(refused) < len(waiting), f"no row could be planted: {refused}"
        waiting = [name for name in refused if not _has_rows(connection, name)]
    assert all(_has_rows(connection, name) for name in planted)
    return planted


def _has_rows(connection: psycopg.Connection[Any], table: str) -> bool:
    row = connection.execute(sql.SQL("select exists (select from {})").format(_identifier(table))).fetchone()
    assert row is not None
    return bool(row[0])


def _plant(connection: psycopg.Connection[Any], table: str) -> str | None:
    by_hand = _BY_HAND.get(table, {})
    values: dict[str, str] = {}
    for column in _columns(connection, table):
        if column.name in by_hand:
            values[column.name] = by_hand[column.name]
        elif column.needed:
            values[column.name] = _value(column)
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        _identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.SQL, values.values())),  # type: ignore[arg-type]
    )
    if not values:
        statement = sql.SQL("insert into {} default values").format(_identifier(table))
    try:
        connection.execute(statement)
    except psycopg.Error as error:
        return str(error)
    return None


def _value(column: _Column) -> str:
    if column.refers_to:
        return f"(select {column.refers_to_column} from {column.refers_to} order by 1 limit 1)"
    if column.literal is not None:
        return f"'{column.literal}'"
    return _BY_TYPE[column.type]


def _columns(connection: psycopg.Connection[Any], table: str) -> list[_Column]:
    rows = connection.execute(
        """
        select a.attname, format_type(a.atttypid, null),
            a.attnotnull and not a.atthasdef and a.attidentity = '',
            f.confrelid::regclass::text,
            (select b.attname from pg_attribute b where b.attrelid = f.confrelid and b.attnum = f.confkey[1]),
            (select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k
             where k.conrelid = a.attrelid and k.contype = 'c' and k.conkey = array[a.attnum])
        from pg_attribute a
        left join pg_constraint f
            on f.conrelid = a.attrelid and f.contype = 'f' and f.conkey = array[a.attnum]
        where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        order by a.attnum
        """,
        (table,),
    )
    return [
        _Column(name, type_, needed, refers_to, refers_column, _admitted(checks))
        for name, type_, needed, refers_to, refers_column, checks in rows
    ]


def _admitted(checks: str | None) -> str | None:
    found = re.search(r"ANY \(ARRAY\['([^']*)'", checks or "") or re.search(r" = '([^']*)'", checks or "")
    return found[1] if found else None


def _identifier(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))
