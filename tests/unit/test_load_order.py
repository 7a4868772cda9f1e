"""The order of the declared files follows from the files."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rempart.config import Config
from rempart.errors import UsageError
from rempart.sources.declared import in_order
from rempart.sources.files import declared_files

FOLDERS = ("schema/tables", "schema/functions", "policies")


def project(folder: Path, files: dict[str, str], platform: str = "create schema auth;") -> Config:
    for place in FOLDERS:
        (folder / place).mkdir(parents=True, exist_ok=True)
    (folder / "platform").mkdir(exist_ok=True)
    (folder / "platform" / "10.sql").write_text(platform)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    table = {"database": "d", "owner": "o", "platform": "platform", "declared": list(FOLDERS)}
    return Config.from_table(table, folder / "pyproject.toml")


def order(folder: Path, files: dict[str, str], platform: str = "create schema auth;") -> list[str]:
    config = project(folder, files, platform)
    return [str(file.path.relative_to(folder)) for file in in_order(config)]


def test_what_is_needed_comes_first_wherever_it_stands(tmp_path: Path) -> None:
    assert order(
        tmp_path,
        {
            "schema/tables/a.sql": "create table public.a (b int references public.b, x int default app.f())",
            "schema/tables/b.sql": "create table public.b (id int primary key);",
            "schema/functions/f.sql": "create function app.f() returns int language sql as '';",
            "policies/app.sql": "create schema app;",
        },
    ) == ["schema/tables/b.sql", "policies/app.sql", "schema/functions/f.sql", "schema/tables/a.sql"]


def test_what_is_independent_stands_in_the_order_of_folders_then_names(tmp_path: Path) -> None:
    files = {
        f"{folder}/{name}.sql": f"create table public.{name}{number} ();"
        for number, folder in enumerate(FOLDERS)
        for name in "cab"
    }
    shuffled = list(files.items())
    random.Random(7).shuffle(shuffled)
    expected = [f"{folder}/{name}.sql" for folder in FOLDERS for name in "abc"]
    assert order(tmp_path, dict(shuffled)) == expected


def test_text_search_comes_before_what_uses_it(tmp_path: Path) -> None:
    assert order(
        tmp_path,
        {
            "schema/tables/a.sql": "create table public.a (t text); create index on public.a"
            " using gin (to_tsvector('public.fr', t));",
            "schema/tables/b.sql": "create table public.b (c regconfig default 'public.simple_fr'::regconfig);",
            "policies/a.sql": "create text search configuration public.fr (copy = public.simple_fr);"
            " alter text search configuration public.fr alter mapping for word with public.unaccent, public.racines;",
            "policies/b.sql": 'create text search configuration public.simple_fr (parser = "default");',
            "policies/c.sql": "create text search dictionary public.racines (template = public.modele, langue = fr);",
        },
    ) == ["policies/b.sql", "schema/tables/b.sql", "policies/c.sql", "policies/a.sql", "schema/tables/a.sql"]


def test_operators_come_before_what_names_them(tmp_path: Path) -> None:
    assert order(
        tmp_path,
        {
            "schema/tables/a.sql": "create view public.a as select 1 operator(public.+@) 2, 1 operator(public.<->) 2;",
            "policies/a.sql": "create operator public.+@ (function = public.f, leftarg = int, rightarg = int);",
            "policies/b.sql": "create operator public.+@ (function = public.f, leftarg = text, rightarg = int);",
            "policies/c.sql": "create function public.f(int, int) returns int language sql as '';",
        },
    ) == ["policies/c.sql", "policies/a.sql", "policies/b.sql", "schema/tables/a.sql"]


def test_servers_come_before_the_tables_that_are_there(tmp_path: Path) -> None:
    assert order(
        tmp_path,
        {
            "schema/tables/a.sql": "create foreign table public.a (id int) server loin;",
            "schema/tables/b.sql": "create user mapping for x server loin; grant usage on foreign server loin to x;",
            "policies/a.sql": "create server loin foreign data wrapper w; comment on server loin is 'x';",
            "policies/b.sql": "create foreign data wrapper w;",
        },
    ) == ["policies/b.sql", "policies/a.sql", "schema/tables/a.sql", "schema/tables/b.sql"]


def test_bodies_of_functions_make_no_order(tmp_path: Path) -> None:
    assert order(
        tmp_path,
        {
            "schema/tables/a.sql": "create function public.a() returns int language sql as 'table public.b';",
            "schema/tables/b.sql": "create function public.b() returns int language sql as 'table public.a';",
        },
    ) == ["schema/tables/a.sql", "schema/tables/b.sql"]


def test_a_reference_to_a_function_means_all_of_its_overloads(tmp_path: Path) -> None:
    assert (
        order(
            tmp_path,
            {
                "schema/tables/a.sql": "create view public.a as select public.f(1);",
                "schema/functions/f1.sql": "create function public.f(int) returns int language sql as '';",
                "schema/functions/f2.sql": "create function public.f(text) returns int language sql as '';",
            },
        )[-1]
        == "schema/tables/a.sql"
    )


def test_a_grant_on_everything_comes_after_everything(tmp_path: Path) -> None:
    assert order(
        tmp_path,
        {
            "schema/tables/a.sql": "revoke all on all tables in schema public from public;",
            "schema/tables/b.sql": "create table public.b ();",
            "policies/c.sql": "create view public.c as select 1;",
        },
    ) == ["schema/tables/b.sql", "policies/c.sql", "schema/tables/a.sql"]


def test_a_row_type_needs_its_table(tmp_path: Path) -> None:
    assert order(
        tmp_path,
        {
            "schema/tables/a.sql": "create function public.f(x public.t) returns int language sql as '';",
            "schema/tables/t.sql": "create table public.t ();",
        },
    ) == ["schema/tables/t.sql", "schema/tables/a.sql"]


def test_unqualified_names_mean_public_or_what_is_built_in(tmp_path: Path) -> None:
    assert order(
        tmp_path,
        {
            "schema/tables/a.sql": "create view a as select lower(x), count(*) from t, pg_class group by x;",
            "schema/tables/t.sql": "create table t (x text);",
        },
    ) == ["schema/tables/t.sql", "schema/tables/a.sql"]


def test_what_the_platform_provides_needs_no_file(tmp_path: Path) -> None:
    platform = """
    create schema auth;
    create table auth.users (id uuid);
    create function public.given() returns int language sql as '';
    """
    files = {"schema/tables/a.sql": "create view public.a as select public.given() from auth.users, auth.anything;"}
    assert order(tmp_path, files, platform) == ["schema/tables/a.sql"]


def test_a_circle_is_told_with_the_files_and_the_objects(tmp_path: Path) -> None:
    files = {
        "schema/tables/a.sql": "create table public.a (id int,\n    c_id int references public.c (id));",
        "schema/tables/b.sql": "create table public.b (id int, a_id int references public.a (id));",
        "schema/tables/c.sql": "create table public.c (id int, b_id int references public.b (id));",
        "schema/tables/d.sql": "create table public.d (a_id int references public.a (id));",
    }
    with pytest.raises(UsageError) as raised:
        order(tmp_path, files)
    told = raised.value.message
    assert "need each other in a circle" in told
    assert "schema/tables/a.sql:1:1 needs relation public.c of schema/tables/c.sql" in told
    assert "schema/tables/c.sql:1:1 needs relation public.b of schema/tables/b.sql" in told
    assert "schema/tables/b.sql:1:1 needs relation public.a of schema/tables/a.sql" in told
    assert "d.sql" not in told


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("create view public.v as select 1 from public.nope;", "relation public.nope"),
        ("create schema app;\n\ncreate view public.v as select app.nope();", "function app.nope"),
        ("create table public.t (x public.nope);", "type public.nope"),
        ("grant select on public.nope to someone;", "relation public.nope"),
        ("comment on policy p on public.nope is '';", "policy p on public.nope"),
    ],
)
def test_what_nobody_creates_is_told_with_its_place(tmp_path: Path, text: str, name: str) -> None:
    with pytest.raises(UsageError, match=r"schema/tables/a\.sql:\d:1: .* is needed, and no file creates it") as raised:
        order(tmp_path, {"schema/tables/a.sql": text})
    assert name in raised.value.message


def test_an_object_of_two_files_is_told_with_both_places(tmp_path: Path) -> None:
    files = {
        "schema/tables/a.sql": "create table public.t ();",
        "policies/b.sql": "-- again\ncreate or replace view public.t as select 1;",
    }
    with pytest.raises(UsageError) as raised:
        order(tmp_path, files)
    assert raised.value.message == "policies/b.sql:2:1: relation public.t is created at schema/tables/a.sql:1:1 already"


def test_the_same_function_in_two_files_is_told(tmp_path: Path) -> None:
    files = {
        f"schema/functions/{name}.sql": f"create function public.f(x {type_}) returns int language sql as '';"
        for name, type_ in (("a", "int"), ("b", "integer"))
    }
    with pytest.raises(UsageError, match=r"function public\.f\(int4\) is created at"):
        order(tmp_path, files)


def test_what_is_not_sql_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"schema/tables/a\.sql:2:1: \\d is a command of psql"):
        order(tmp_path, {"schema/tables/a.sql": "select 1;\n\\d\n"})


def test_no_files_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no SQL file in schema/tables"):
        order(tmp_path, {})


def test_of_the_usual_folders_some_may_be_missing(tmp_path: Path) -> None:
    (tmp_path / "schema" / "tables").mkdir(parents=True)
    (tmp_path / "schema" / "tables" / "t.sql").write_text("create table public.t ();")
    config = Config.from_table({"database": "d", "owner": "o"}, tmp_path / "pyproject.toml")
    assert [file.path.name for file in declared_files(config)] == ["t.sql"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    config = project(tmp_path, {"schema/tables/a.sql": "select 1;"})
    (tmp_path / "policies").rmdir()
    with pytest.raises(UsageError, match="policies does not exist"):
        in_order(config)


def test_the_projects_own_files_have_an_order() -> None:
    config = Config.find(Path(__file__).parent)
    files = [path for place in config.declared for path in place.rglob("*.sql")]
    found = [file.path for file in in_order(config)]
    assert sorted(found) == sorted(files)
    assert [file.path for file in in_order(config)] == found


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("insert into public.a values (1)", "INSERT"), ("update public.a set id = 2", "UPDATE"),
        ("copy public.a from '/x'", "COPY"), ("commit", "COMMIT"), ("BEGIN", "BEGIN"),
    ],
)  # fmt: skip
def test_rows_and_transactions_are_no_state(tmp_path: Path, statement: str, word: str) -> None:
    with pytest.raises(UsageError, match=rf"^schema/tables/a\.sql:2:1: {word}\b"):
        order(tmp_path, {"schema/tables/a.sql": f"create table public.a (id int);\n{statement};"})


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    assert order(tmp_path, {"schema/tables/a.sql": "\ufeffcreate table public.a (id int);"}) == ["schema/tables/a.sql"]


def test_all_tables_of_a_schema_are_waited_for_and_nothing_else(tmp_path: Path) -> None:
    files = {
        "schema/tables/a_grants.sql": "grant select on all tables in schema public to o;",
        "schema/tables/b.sql": "create table public.b ();",
        "schema/functions/f.sql": "create function public.f() returns int language sql as 'select 1';",
    }
    assert order(tmp_path, files) == ["schema/tables/b.sql", "schema/tables/a_grants.sql", "schema/functions/f.sql"]
