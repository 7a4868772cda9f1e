"""Run the sync of the integrity alerts and read the alerts; every name comes from the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import class_row, dict_row

from rempart.config import Config

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Alert:
    """An alert, as the alerts table keeps it.

    Attributes:
        check_code: The check that found it.
        severity: INFO, WARN or CRITICAL.
        entity_type: What kind of thing it is about.
        entity_id: Which one.
        message: For people.
        status: OPEN, ACK or RESOLVED.
        first_detected_at: When a sync saw it first.
        last_detected_at: When a sync saw it last.
    """

    check_code: str
    severity: str
    entity_type: str
    entity_id: UUID
    message: str
    status: str
    first_detected_at: datetime
    last_detected_at: datetime


def synchronise(connection: Connection, config: Config) -> dict[str, int]:
    """Bring the alerts in line with the integrity view.

    Args:
        connection: A connection of a role that may run the sync.
        config: Names the sync function.

    Returns:
        The counts the function reports: inserted, refreshed, reopened, resolved.
    """
    function = sql.Identifier(*config.integrity.sync.split("."))
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql.SQL("select * from {}()").format(function)).fetchone() or {}
    return {name: value for name, value in row.items() if not isinstance(value, bool)}


def active_alerts(connection: Connection, config: Config) -> list[Alert]:
    """The alerts that are not resolved, the most severe first.

    Args:
        connection: A connection of a role that sees all alerts.
        config: Names the alerts table.
    """
    query = sql.SQL(
        "select check_code, severity, entity_type, entity_id, message, status, first_detected_at,"
        " last_detected_at from {} where status <> 'RESOLVED'"
        " order by array_position(array['CRITICAL', 'WARN', 'INFO'], severity), check_code, entity_id"
    ).format(_alerts(config))
    with connection.cursor(row_factory=class_row(Alert)) as cursor:
        return cursor.execute(query).fetchall()


def rows_by_id(connection: Connection, config: Config) -> dict[UUID, dict[str, Any]]:
    """Every row of the alerts table, whole, to compare before and after.

    Args:
        connection: A connection of a role that sees all alerts.
        config: Names the alerts table.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql.SQL("select * from {}").format(_alerts(config)))
        return {row["id"]: row for row in rows}


def _alerts(config: Config) -> sql.Identifier:
    return sql.Identifier(*config.integrity.alerts.split("."))
