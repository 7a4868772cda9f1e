"""Hole 13 of production: what clients said of when (`*_at`) and who (`*_by`) was believed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from declared_access import Persona, matrix, persona_named
from gateway import attempt, named, request_of

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

pytest_plugins = ["world_fixtures"]


FORGED = "2001-02-03 04:05:06+00"


def test_13_what_a_client_says_of_when_and_who_is_ignored(
    world_owner: psycopg.Connection[Any], world_gateway: psycopg.Connection[Any]
) -> None:
    persona, told = persona_named("admin-1"), []
    for table, declaration in matrix().tables.items():
        columns = [
            name
            for (name,) in world_owner.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attname ~ '_(at|by)$'"
                " and not attisdropped order by attnum",
                (table,),
            )
        ]
        place = "1" if "own" in declaration.cells["select"] else "any"
        parameters = persona.parameters(table, place)
        for command in [
            one
            for one in declaration.cells
            if one.split()[0] == "insert" and declaration.cells[one]["own" if place == "1" else "any"]
        ]:
            statement = matrix().attempts[table][command]
            for column in columns:
                told += _forged_insert(world_gateway, persona, statement, parameters, column)
        if table not in matrix().attempts or not declaration.anybody("update"):
            continue
        target = parameters["mine"] if table == "public.sorties_produit" else parameters["target"]
        for column in columns:
            told += _forged_update(world_gateway, persona, table, target, column)
    assert not told, "\n".join(told)


def _forged_insert(
    world_gateway: psycopg.Connection[Any], persona: Persona, statement: str, parameters: dict[str, Any], column: str
) -> Iterator[str]:
    forged = f"'{FORGED}'" if column.endswith("_at") else "md5('auteur')::uuid"
    found = re.fullmatch(r"(insert into \S+) \((.*?)\) values \((.*)\)", statement)
    assert found, statement
    names, values = found[2], found[3]
    if column in names:
        assert "md5('auteur')" in values, statement
    else:
        names, values = f"{names}, {column}", f"{values}, {forged}"
    with request_of(world_gateway, persona) as session:
        rows: list[Any] = []
        text = f"{found[1]} ({names}) values ({values}) returning {column} = {forged}"
        outcome = attempt(session, text, parameters, rows=rows)
        if not outcome.succeeded:
            yield f"{text}: {outcome}"
        elif rows[0][0]:
            yield f"{text}: kept"


def _forged_update(
    world_gateway: psycopg.Connection[Any], persona: Persona, table: str, target: Any, column: str
) -> Iterator[str]:
    forged = f"'{FORGED}'" if column.endswith("_at") else "md5('collegue/1')::uuid"
    with request_of(world_gateway, persona) as session:
        rows: list[Any] = []
        text = f"update {table} set {column} = {forged} where id = %s returning {column} = {forged}"
        outcome = attempt(session, text, (target,), rows=rows)
        if not outcome.refused and (not outcome.succeeded or rows[0][0]):
            yield f"{text}: {outcome}, {rows}"


def test_13_an_opening_stock_is_not_declared_in_the_future_and_its_author_is_the_session(
    world_owner: psycopg.Connection[Any], world_gateway: psycopg.Connection[Any]
) -> None:
    call = (
        "select public.declare_stock_ouverture(md5('citernes/1')::uuid, md5('produit')::uuid, 'MONALUXE', 10, 9,"
        " 'Inventaire initial', now() + interval '1 day')"
    )
    with request_of(world_gateway, persona_named("admin-2")) as session:
        assert attempt(session, call).state == "22023"
        session.execute(call.replace("+ interval", "- interval"))
        author = session.execute(
            "select declared_by from public.stocks_ouverture where citerne_id = md5('citernes/1')::uuid"
        ).fetchone()
        assert author == (named("admin/2"),)
