"""The access map against brute force on other rows, for policies of many shapes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from access_oracle import KINDS, PERSONAS, TABLE, oracle
from servers import Database

from rempart.access.cells import Access, Cell
from rempart.access.model import AccessMap
from rempart.access.observe import observe
from rempart.config import Config

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

MINE = "owner = (select auth.uid())"
GRANT = "grant select, insert, update, delete on public.notes to authenticated"
SHAPES = {
    "own rows": f"create policy p on public.notes to authenticated using ({MINE})",
    "own drafts change, finals are read": f"""
        create policy s on public.notes for select to authenticated using ({MINE} or state = 'final');
        create policy u on public.notes for update to authenticated using ({MINE} and state = 'draft')
            with check ({MINE});
        create policy d on public.notes for delete to authenticated using ({MINE} and state = 'draft')""",
    "no check: a row may be given away": f"""
        create policy s on public.notes for select to authenticated using (true);
        create policy u on public.notes for update to authenticated using ({MINE}) with check (true);
        create policy i on public.notes for insert to authenticated with check (state <> 'final')""",
    "a forgotten true": f"""
        create policy s on public.notes for select to authenticated using ({MINE});
        create policy t on public.notes for select to authenticated using (true)""",
    "restrictive": f"""
        create policy p on public.notes to authenticated using (true);
        create policy r on public.notes as restrictive to authenticated using (state = 'draft' or {MINE})""",
    "nobody's rows": """
        create policy p on public.notes to authenticated using (owner is null) with check (owner is not null)""",
    "to public": "create policy p on public.notes using (state = 'final')",
    "no policy": "select",
    "in a query": f"""
        create policy s on public.notes for select to authenticated using (exists (select where {MINE}))""",
    "a list and a negation": f"""
        create policy p on public.notes to authenticated
            using (not (state in ('final', 'closed')) and not ({MINE} or owner is null))""",
}


def map_of(database: Database, config: Config, personas: str, folder: Path) -> AccessMap:
    file = folder / "personas.toml"
    file.write_text(personas, encoding="utf-8")
    return observe(database.url(), replace(config, personas=file), lambda _: None)


def kinds(cell: Cell | None) -> frozenset[tuple[str, str]]:
    """The kinds of rows that a cell says are reached."""
    if cell is None or cell.access in (Access.DENIED, Access.NONE):
        return frozenset()
    assert not cell.trouble, cell.text
    states = ("draft", "final")
    return frozenset(
        (label[0], state)
        for label in cell.reached
        for state in states
        # Where no policy reads the state, every row of the label stands for both.
        if f"state {state}" in label or not any(f"state {other}" in label for other in states)
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_the_map_shows_what_brute_force_finds(
    shape: str, platform_database: Database, config: Config, tmp_path: Path
) -> None:
    with platform_database.connect(platform_database.owner) as owner:
        owner.execute(TABLE)
        owner.execute(GRANT)
        owner.execute(SHAPES[shape])
    found = map_of(platform_database, config, PERSONAS, tmp_path)
    for session in ("anon", "ada"):
        cells = found.relations["public.notes"][session]
        wanted = oracle(platform_database, session)
        for command in ("select", "insert"):
            assert kinds(cells[command]) == getattr(wanted, command), (session, command, cells[command].text)
        # The oracle aims with WHERE, so that it reaches only what it may read as well.
        for command in ("update", "delete"):
            assert kinds(cells[command]) & wanted.select == getattr(wanted, command), (
                session,
                command,
                cells[command].text,
            )
        if wanted.update and wanted.update == kinds(cells["update"]):
            assert wanted.into <= kinds(cells["update into"]), (session, cells["update into"].text)
            if wanted.select == frozenset(KINDS):
                assert kinds(cells["update into"]) == wanted.into


@pytest.mark.one_backend
def test_what_is_changed_unseen_is_seen(platform_database: Database, config: Config, tmp_path: Path) -> None:
    with platform_database.connect(platform_database.owner) as owner:
        owner.execute(TABLE)
        owner.execute("grant update, delete on public.notes to authenticated")
        owner.execute("create policy u on public.notes for update to authenticated using (state = 'draft')")
        owner.execute("create policy d on public.notes for delete to authenticated using (state = 'final')")
    cells = map_of(platform_database, config, PERSONAS, tmp_path).relations["public.notes"]["ada"]
    assert cells["select"].text == "denied"
    assert cells["update"].text == "state draft"
    assert cells["delete"].text == "state final"


@pytest.mark.one_backend
def test_columns_that_may_be_used_are_listed(platform_database: Database, config: Config, tmp_path: Path) -> None:
    with platform_database.connect(platform_database.owner) as owner:
        owner.execute(TABLE)
        owner.execute("grant select (id, state), insert (state), update (body) on public.notes to authenticated")
        owner.execute(f"create policy p on public.notes to authenticated using (true) with check ({MINE} or true)")
    found = map_of(platform_database, config, PERSONAS, tmp_path)
    assert found.columns["public.notes"]["ada"] == {
        "select": ("id", "state"),
        "insert": ("state",),
        "update": ("body",),
    }
    cells = found.relations["public.notes"]["ada"]
    assert {command: cells[command].text for command in ("select", "insert", "update", "delete")} == {
        "select": "all rows",
        # No more than what it can give: the owner of such a row is nobody.
        "insert": "none",
        "update": "all rows",
        "delete": "denied",
    }
