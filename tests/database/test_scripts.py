"""SQL files of others, run as the owner, and as the superuser only what the owner may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers import Database

from rempart.config import Config
from rempart.errors import OperationError, UsageError
from rempart.sources import scripts

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

OWNERS = """
select c.relname, pg_catalog.pg_get_userbyid(c.relowner), pg_catalog.has_table_privilege('anon', c.oid, 'select')
from pg_catalog.pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1
"""


def loaded(database: Database, config: Config, folder: Path, *texts: str) -> list[tuple[str, str, bool]]:
    for number, text in enumerate(texts):
        (folder / f"{number}.sql").write_text(text)
    scripts.load(database.url(), folder, config.owner)
    with database.connect() as superuser:
        return [tuple(row) for row in superuser.execute(OWNERS)]


@pytest.mark.parametrize(
    "foreign",
    [
        "create policy p on auth.users for select using (true)",
        "create trigger t after insert on auth.users for each row execute function public.noted()",
        "alter default privileges for role platform_admin in schema public grant select on tables to anon",
        "create event trigger e on ddl_command_end execute function public.seen()",
    ],
)
def test_what_the_owner_may_not_do_leaves_the_rest_to_the_owner(
    platform_database: Database, config: Config, tmp_path: Path, foreign: str
) -> None:
    functions = (
        "create function public.noted() returns trigger language plpgsql as 'begin return new; end';"
        "create function public.seen() returns event_trigger language plpgsql as 'begin end';"
    )
    text = f"create table public.a (id int);\n{functions}\n{foreign};\ncreate table public.b (id int);\n"
    found = loaded(platform_database, config, tmp_path, text, "create table public.c (id int);")
    assert found == [(name, config.owner, True) for name in "abc"]


def test_a_script_with_transactions_of_its_own_stays_the_owners(
    platform_database: Database, config: Config, tmp_path: Path
) -> None:
    text = """
    create table public.a (id int);
    begin;
    create table public.b (id int);
    create policy p on auth.users for select using (true);
    commit;
    begin; create table public.gone (id int); rollback;
    create table public.c (id int);
    """
    found = loaded(platform_database, config, tmp_path, text, "create table public.d (id int);")
    assert found == [(name, config.owner, True) for name in "abcd"]


def test_the_line_of_what_is_refused_is_told(platform_database: Database, config: Config, tmp_path: Path) -> None:
    table = "create table public.a (id int);"
    text = f"create policy p on auth.users using (true);\n{table}\n\n{table}"
    with pytest.raises(OperationError, match=r'0\.sql:4: relation "a" already exists'):
        loaded(platform_database, config, tmp_path, text)
    with pytest.raises(OperationError, match=r"1\.sql:2: column"):
        loaded(platform_database, config, tmp_path, "select 1;", "select 1,\n nothing;")


def test_a_folder_of_that_ending_is_no_file_and_a_file_that_is_gone_is_told(
    platform_database: Database, config: Config, tmp_path: Path
) -> None:
    (tmp_path / "old.sql").mkdir()
    assert loaded(platform_database, config, tmp_path, "create table public.a (id int)")[0][0] == "a"
    (tmp_path / "gone.sql").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"gone\.sql cannot be read: No such file"):
        scripts.load(platform_database.url(), tmp_path / "gone.sql", config.owner)
