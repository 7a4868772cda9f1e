"""Dumps made by other means: restored, looked at, and registered."""

from __future__ import annotations

import gzip
from pathlib import Path

import psycopg
import pytest
from backup_fixtures import URL, Place, contents, cut_off, dump, marked
from servers import Database

from rempart.deploy.backups import archive_file, restoring
from rempart.deploy.backups.register import registered
from rempart.deploy.backups.registering import register_existing
from rempart.errors import GateFailure, UsageError
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server

pytest_plugins = ["backup_fixtures"]


FORMATS = {
    "custom": ["--format=custom"],
    "directory": ["--format=directory"],
    "tar": ["--format=tar"],
    "plain": ["--format=plain"],
}


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("written", "data_only"),
    [
        ("custom", False),
        ("plain", False),
        ("custom", True),
        ("plain", True),
        pytest.param("directory", False, marks=pytest.mark.slow),
        pytest.param("tar", False, marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
def test_an_existing_dump_is_restored_and_registered(
    sample_database: Database,
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    written: str,
    data_only: bool,
) -> None:
    monkeypatch.setenv(URL, sample_database.owner_url)
    marker = marked(sample_database)
    options = [*FORMATS[written], *(["--data-only"] if data_only else [])]
    file = dump(sample_database, tmp_path / "by_hand", *options)
    if data_only:
        with pytest.raises(UsageError, match="holds rows and no schema"):
            register_existing(place.config, "staging", file)
    made = register_existing(place.config, "staging", file, "0013" if data_only else None)
    assert (made.format, made.data_only, made.revision) == (written, data_only, "0013")
    assert made.database.id == marker.database
    assert registered(place.config, "staging") == [made]
    assert place.gate(marker, name=sample_database.name).ok
    with restoring.restored(place.config, made) as (server, name):
        assert contents(server.url(name)) == contents(sample_database.url())
        with psycopg.connect(server.url(name)) as connection:
            guards = "select count(*) from pg_trigger where tgenabled = 'A'"
            assert connection.execute(guards).fetchone() == sample_database.connect().execute(guards).fetchone()
    # The negative control of the whole: another file under that name.
    changed = next(file.glob("*.dat*")) if file.is_dir() else file
    changed.write_bytes(changed.read_bytes() + b" ")
    assert not place.gate(marker, name=sample_database.name).ok


@pytest.mark.one_backend
@pytest.mark.slow
def test_a_dump_by_hand_of_an_unmarked_database_is_registered_but_proves_nothing(
    depot_database: Database, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, depot_database.owner_url)
    file = dump(depot_database, tmp_path / "x.dump", "--format=custom", "--exclude-table-data=public.clients")
    notes: list[str] = []
    made = register_existing(place.config, "staging", file, note=notes.append)
    assert made.partial == ("public.clients",) and "does not hold the rows of public.clients" in notes[0]
    assert "nothing tells which server" in place.gate(None, name=depot_database.name).details[0]
    with pytest.raises(UsageError, match="is of revision 0013, as it says itself, and not 0012"):
        register_existing(place.config, "staging", file, "0012")


@pytest.mark.slow
@pytest.mark.one_backend
def test_rows_that_refer_to_nothing_are_reported(
    sample_database: Database, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, sample_database.owner_url)
    file = dump(sample_database, tmp_path / "rows.sql", "--data-only")
    lines = file.read_text().splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith("COPY public.depots "))
    del lines[start + 1]
    file.write_text("".join(lines))
    with pytest.raises(GateFailure, match=r"hang in the air: .*depot_id_fkey on public\.citernes: \d+ rows refer to"):
        register_existing(place.config, "staging", file, "0013")
    assert place.files() == []
    # What the dump does not hold cannot be judged: told, not refused; and no gate takes it.
    file = dump(sample_database, tmp_path / "public.dump", "--format=custom", "--data-only", "--schema=public")
    notes: list[str] = []
    made = register_existing(place.config, "staging", file, "0013", note=notes.append)
    assert any("not decided, the dump does not hold the rows of auth.users" in note for note in notes)
    assert "auth.users" in made.partial


@pytest.mark.one_backend
def test_foreign_keys_of_odd_names_and_matches_are_verified(odd: Database) -> None:
    with odd.connect() as connection:
        connection.execute(
            "create table public.pair (a int, b int, primary key (a, b));"
            "create table public.full_pair (a int, b int, foreign key (a, b) references public.pair match full);"
            "create table public.simple_pair (a int, b int, foreign key (a, b) references public.pair);"
            'create table public.late (x int); alter table public.late add constraint "late ""key""" foreign key (x)'
            ' references "Odd ""one"""."parent table" not valid'
        )
        assert restoring.hanging(connection, set()) == []
        connection.execute("set session_replication_role = replica")
        connection.execute('update "Odd ""one"""."child""s" set "p id" = 99 where a < 3')
        connection.execute("insert into public.full_pair values (1, null)")
        connection.execute("insert into public.simple_pair values (1, null)")
        connection.execute("insert into public.late values (77)")
        found = {one.name: (one.rows, one.reason) for one in restoring.hanging(connection, set())}
        lacking = {one.name: one.rows for one in restoring.hanging(connection, {"public.pair"})}
    assert found == {
        'child"s_p id_fkey on "Odd ""one"""."child""s"': (2, ""),
        "full_pair_a_b_fkey on public.full_pair": (1, ""),
        'late "key" on public.late': (1, "it is not valid in the schema either"),
    }
    assert lacking["full_pair_a_b_fkey on public.full_pair"] is None


@pytest.mark.one_backend
def test_what_is_no_dump_of_one_database_with_rows_is_refused(odd: Database, place: Place, tmp_path: Path) -> None:
    def complaint(file: Path, kind: type[Exception] = UsageError) -> str:
        with pytest.raises(kind) as caught:
            register_existing(place.config, "staging", file)
        return str(caught.value)

    assert "no such file" in complaint(tmp_path / "none.dump")
    assert "it has no toc.dat" in complaint(tmp_path)
    plain = dump(odd, tmp_path / "x.sql")
    (tmp_path / "x.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert "compressed by gzip" in complaint(tmp_path / "x.gz")
    (tmp_path / "notes.txt").write_text("select 1;\n")
    assert "does not say by which pg_dump" in complaint(tmp_path / "notes.txt")
    (tmp_path / "all.sql").write_text(f"\\connect odd\n{plain.read_text()}")
    assert "by pg_dumpall" in complaint(tmp_path / "all.sql")
    assert "holds no rows" in complaint(dump(odd, tmp_path / "s.dump", "--format=c", "--schema-only"), GateFailure)
    whole = dump(odd, tmp_path / "w.dump", "--format=c")
    cut_off(whole, odd)
    assert "cannot be re" in complaint(whole, GateFailure)
    with pytest.raises(UsageError, match="there is no environment elsewhere"):
        register_existing(place.config, "elsewhere", plain)
    assert place.files() == []


@pytest.mark.one_backend
def test_an_extension_that_is_not_here_is_left_out_and_told(server: Server, odd: Database, tmp_path: Path) -> None:
    with odd.connect() as connection:
        connection.execute("create extension vector; comment on extension vector is 'here'")
    archive = archive_file.read(dump(odd, tmp_path / "x.dump", "--format=custom"))
    with temporary_server(18, {"extension_control_path": "/nowhere"}) as bare:
        assert restoring.load(bare, "odd", archive, "postgres") == ("extension vector",)
        assert contents(bare.url("odd")) == contents(odd.url())
        with odd.connect() as connection:
            connection.execute("create table public.needing (v vector(3))")
        archive = archive_file.read(dump(odd, tmp_path / "y.dump", "--format=custom"))
        with pytest.raises(GateFailure, match="vector"):
            restoring.load(bare, "odd2", archive, "postgres")
