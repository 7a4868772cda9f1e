"""The declared state is loaded whole or not at all, and what is wrong is told with file and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rempart.config import Config
from rempart.errors import OperationError
from rempart.sources.declared import load


def declare(folder: Path, config: Config, **files: str) -> Config:
    (folder / "declared").mkdir()
    for name, text in files.items():
        (folder / "declared" / f"{name}.sql").write_text(text, encoding="utf-8")
    return replace(config, root=folder, declared=(folder / "declared",))


def value(database: Any, query: str) -> Any:
    with database.connect() as connection:
        row = connection.execute(query).fetchone()
        return row and row[0]


def loaded(database: Any, config: Config, user: str | None = None) -> None:
    with database.connect(user) as connection:
        load(connection, config)
        # Nothing of the load is left in the session.
        assert connection.execute("show check_function_bodies").fetchone() == ("on",)
        expected = (user or "postgres",)
        assert connection.execute("select current_user::text").fetchone() == expected


@pytest.mark.parametrize("user", [None, "depot_owner"])
def test_files_are_loaded_in_the_order_they_need_as_the_owner(
    tmp_path: Path, platform_database: Any, config: Config, user: str | None
) -> None:
    declared = declare(
        tmp_path,
        config,
        a="create view public.v as select t.id, app.f(t.id) as x, '100%'::text as y from public.t t;",
        b="create function app.f(int) returns bigint language sql as 'select count(*) from public.later';",
        c="create table public.t (id int);",
        d="create schema app;",
        e="create table public.later (id int references public.later2 (id));",
        f="create table public.later2 (id int primary key);",
    )
    loaded(platform_database, declared, user)
    owners = "select array_agg(distinct relowner::regrole::text) from pg_class"
    assert value(platform_database, f"{owners} where relnamespace = 'public'::regnamespace") == ["depot_owner"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "create table public.t (\n    id int,\n    x integr\n);",
            r'declared/b\.sql:3: type "integr" does not exist',
        ),
        (
            "create table public.t ();\n\n\ncreate view x.v as select 1;",
            r'declared/b\.sql:4: schema "x" does not exist',
        ),
        (
            "grant select on public.a to nobody_there;",
            r'declared/b\.sql:1: role "nobody_there" does not exist',
        ),
    ],
)
def test_a_statement_that_fails_is_told_and_nothing_stays(
    tmp_path: Path, platform_database: Any, config: Config, text: str, told: str
) -> None:
    declared = declare(tmp_path, config, a="create table public.a ();", b=text)
    with pytest.raises(OperationError, match=told):
        loaded(platform_database, declared)
    assert value(platform_database, "select to_regclass('public.a')") is None


FUNCTION = "create function public.f{arguments} returns int language {language}{settings}\nas $$\n{body}\n$$;"


@pytest.mark.parametrize(
    ("language", "settings", "body", "told"),
    [
        (
            "plpgsql",
            "",
            "begin\n    retrn 1;\nend",
            r"declared/b\.sql:5: the body of function public\.f is wrong: syntax",
        ),
        (
            "plpgsql",
            "",
            "begin\n    x := 1;\n    return 1;\nend",
            r'declared/b\.sql:5: .* "x" is not a known variable',
        ),
        (
            "sql",
            "",
            "select 1\nfrom public.nope",
            r'declared/b\.sql:5: .* relation "public.nope" does not exist',
        ),
        (
            "sql",
            " set search_path = ''",
            "select 1\nfrom a",
            r'declared/b\.sql:5: .* relation "a" does not exist',
        ),
        ("sql", "", "select 'text'", r"declared/b\.sql:\d: .* return type mismatch"),
    ],
)
def test_the_body_of_a_function_is_checked_at_the_end(
    tmp_path: Path, platform_database: Any, config: Config, language: str, settings: str, body: str, told: str
) -> None:
    text = FUNCTION.format(arguments="()", language=language, settings=settings, body=body)
    declared = declare(tmp_path, config, a="create table public.a ();", b="-- the function\n" + text)
    with pytest.raises(OperationError, match=told):
        loaded(platform_database, declared)
    assert value(platform_database, "select to_regclass('public.a')") is None


def test_a_body_is_checked_under_the_functions_own_search_path(
    tmp_path: Path, platform_database: Any, config: Config
) -> None:
    declared = declare(
        tmp_path,
        config,
        a="create schema app; create table app.a ();",
        b="create function public.f() returns bigint set search_path = app\nlanguage sql as 'select count(*) from a';",
        c="create function public.g() returns void language plpgsql as $$ begin perform public.f(); end $$;",
    )
    loaded(platform_database, declared)
    assert value(platform_database, "select public.f()") == 0


def test_of_overloads_the_wrong_one_is_told(tmp_path: Path, platform_database: Any, config: Config) -> None:
    bodies = {"(int)": "select 1", "(text)": "select 1 from public.nope"}
    texts = [
        FUNCTION.format(arguments=arguments, language="sql", settings="", body=body)
        for arguments, body in bodies.items()
    ]
    declared = declare(tmp_path, config, a=texts[0], b=texts[1])
    with pytest.raises(OperationError, match=r"declared/b\.sql:3: the body of function public\.f"):
        loaded(platform_database, declared)


def test_aggregates_have_no_body_to_check(tmp_path: Path, platform_database: Any, config: Config) -> None:
    declared = declare(
        tmp_path,
        config,
        a="create aggregate public.total(int) (sfunc = public.plus, stype = int, initcond = '0');",
        b="create function public.plus(int, int) returns int language sql immutable as 'select $1 + $2';",
        c="create function public.total(text) returns int language sql as 'select 1';",
    )
    loaded(platform_database, declared)
    assert value(platform_database, "select public.total(x) from generate_series(1, 3) as x") == 6
