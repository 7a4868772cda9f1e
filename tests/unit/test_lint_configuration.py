"""`[tool.rempart.lint]`, and which files a run reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rempart.config import Config
from rempart.errors import UsageError
from rempart.lint.configuration import LintConfiguration, load
from rempart.lint.files import select, shown, units_of
from rempart.report.finding import Severity

RULES = ["policy-without-to", "grant-all", "squawk/"]


def project(folder: Path, table: str, files: tuple[str, ...] = ()) -> Path:
    (folder / "pyproject.toml").write_text(table, encoding="utf-8")
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("select 1;", encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults_without_a_project(folder: Path) -> None:
    assert load(str(folder), RULES) == LintConfiguration()


def test_project_without_the_table_needs_no_database(folder: Path) -> None:
    (folder / "policies").mkdir()
    found = load(str(project(folder, "[tool.rempart]\nexposed_schemas = ['api']\nanonymous_role = 'visitor'")), RULES)
    assert found.settings.exposed_schemas == {"api"}
    assert found.settings.forbidden_roles == {"public", "visitor"}
    assert "visitor" in found.settings.api_roles
    assert found.paths == (str(folder / "policies"),)


def test_everything_that_can_be_said(folder: Path) -> None:
    table = """
        [tool.rempart]
        exposed_schemas = ["api"]
        [tool.rempart.lint]
        exposed_schemas = ["one", "two"]
        forbidden_roles = ["public"]
        api_roles = ["web"]
        trusted_roles = []
        gateway_role = "gate"
        platform_schemas = ["auth"]
        session_functions = ["app.me"]
        user_claims = ["profile"]
        paths = ["sql"]
        unread_revisions = ["0001"]
        severities = { grant-all = "off", policy-without-to = "info", "squawk/ban-drop-table" = "error" }
    """
    found = load(str(project(folder, table)), RULES)
    assert found.settings.exposed_schemas == {"one", "two"}
    assert found.settings.api_roles == {"web"}
    assert found.settings.trusted_roles == frozenset()
    assert found.settings.gateway_role == "gate"
    assert found.settings.user_claims == {"profile"}
    assert found.settings.severities == {
        "grant-all": None,
        "policy-without-to": Severity.INFO,
        "squawk/ban-drop-table": Severity.ERROR,
    }
    assert found.paths == (str(folder / "sql"),)
    assert found.unread_revisions == ("0001",)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[tool.rempart]\nlint = 1", "not a table"),
        ("[tool.rempart.lint]\nexposed = ['a']", "unknown key: exposed"),
        ("[tool.rempart.lint]\nexposed_schemas = 'a'", "exposed_schemas"),
        ("[tool.rempart.lint]\nseverities = 1", "not a table"),
        ("[tool.rempart.lint.severities]\ngrant-al = 'off'", "grant-al"),
        ("[tool.rempart.lint.severities]\ngrant-all = 'fatal'", "grant-all"),
        ("[tool.rempart", "not valid TOML"),
    ],
)
def test_mistakes_are_named(folder: Path, table: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        load(str(project(folder, table)), RULES)


def test_the_projects_configuration_knows_the_table(folder: Path) -> None:
    table = "[tool.rempart]\ndatabase = 'd'\nowner = 'o'\n[tool.rempart.lint]\nseverities = {}"
    assert Config.find(project(folder, table)).owner == "o"


FILES = (
    "schema/tables/b.sql",
    "schema/tables/a.sql",
    "schema/schemas/z.sql",
    "schema/platform/roles.sql",
    "policies/a.sql",
    "other/one.SQL",
    "other/.hidden/two.sql",
    "other/node_modules/three.sql",
    "other/readme.md",
)
DECLARED = "[tool.rempart]\ndeclared = ['schema/schemas', 'schema/tables', 'policies']"


def selected(folder: Path, *paths: str) -> list[str]:
    return [shown(file) for file in select(paths, load(str(folder), RULES)).files]


def test_project_is_read_in_its_order_without_the_platform(folder: Path) -> None:
    project(folder, DECLARED, FILES)
    expected = ["schema/schemas/z.sql", "schema/tables/a.sql", "schema/tables/b.sql", "policies/a.sql"]
    assert selected(folder) == expected
    assert selected(folder, ".") == expected
    assert selected(folder, "schema") == expected[:3]
    assert selected(folder, "schema/platform") == ["schema/platform/roles.sql"]


def test_folders_files_and_standard_input(folder: Path) -> None:
    project(folder, DECLARED, FILES)
    assert selected(folder, "other", "-", "policies/a.sql", "policies") == ["other/one.SQL", "-", "policies/a.sql"]
    assert selected(folder, "other/readme.md") == ["other/readme.md"]


def test_revisions_are_told_from_files(folder: Path) -> None:
    project(folder, DECLARED, (*FILES, "migrations/versions/0001.py"))
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\n", encoding="utf-8")

    def revisions(*paths: str) -> list[str]:
        return [shown(path) for path in select(paths, load(str(folder), RULES)).revisions]

    assert revisions() == ["migrations"]
    assert revisions("migrations/versions/0001.py") == ["migrations/versions/0001.py"]
    assert revisions("migrations") == ["migrations"]
    assert revisions("policies") == []


@pytest.mark.parametrize(
    "ini",
    [
        "version_locations = %(here)s/migrations/versions:%(here)s/more/versions\npath_separator = :",
        "version_locations = %(here)s/migrations/versions %(here)s/more/versions",
    ],
)
def test_revisions_that_lie_elsewhere_are_revisions(folder: Path, ini: str) -> None:
    project(folder, DECLARED, (*FILES, "migrations/versions/0001.py", "more/versions/0002.py"))
    ini = f"[alembic]\nscript_location = %(here)s/migrations\n{ini}\n"
    (folder / "alembic.ini").write_text(ini, encoding="utf-8")

    def revisions(*paths: str) -> list[str]:
        return [shown(path) for path in select(paths, load(str(folder), RULES)).revisions]

    assert revisions() == ["migrations", "migrations/versions", "more/versions"]
    assert revisions("more/versions/0002.py") == ["more/versions/0002.py"]
    assert revisions("more") == ["more/versions"]


def test_alembics_table_in_the_projects_file_says_where_revisions_lie(folder: Path) -> None:
    table = "\n[tool.alembic]\nscript_location = 'here'\nversion_locations = ['there']\n"
    project(folder, DECLARED + table, (*FILES, "here/env.py", "there/0001.py"))
    (folder / "alembic.ini").write_text("[alembic]\n", encoding="utf-8")
    found = select(["there/0001.py"], load(str(folder), RULES))
    assert (found.revisions, found.files) == (["there/0001.py"], [])


@pytest.mark.parametrize(
    ("ini", "told"),
    [
        ("[alembic]\nscript_location = nowhere\n", "lie in nowhere, which does not exist"),
        ("[alembic]\n", "does not say where the revisions are"),
        ("script_location = here\n", "does not say where the revisions are"),
        ("[alembic]\nscript_location = no_such_package:here\n", "does not say where the revisions are"),
    ],
)
def test_revisions_that_are_not_there_are_missed(folder: Path, ini: str, told: str) -> None:
    project(folder, DECLARED, FILES)
    (folder / "alembic.ini").write_text(ini, encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        selected(folder)


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        (("nowhere",), "there is no nowhere"),
        (("empty",), "no SQL file in empty"),
        (("script.py",), "no revision of this project"),
    ],
)
def test_paths_without_sql_are_refused(folder: Path, paths: tuple[str, ...], told: str) -> None:
    project(folder, DECLARED, (*FILES, "script.py"))
    (folder / "empty").mkdir()
    with pytest.raises(UsageError, match=told):
        selected(folder, *paths)


def test_no_path_and_no_project_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="no project here"):
        select([], load(str(folder), RULES))


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"select '\xff';", "not UTF-8, in line 1"), (b"select 1\0", "NUL"), (b"\xff\xfes\0", "NUL")],
)
def test_what_is_no_text_is_refused(folder: Path, content: bytes, told: str) -> None:
    (folder / "f.sql").write_bytes(content)
    with pytest.raises(UsageError, match=told):
        units_of(["f.sql"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_refused(folder: Path) -> None:
    (folder / "f.sql").touch(mode=0)
    with pytest.raises(UsageError, match=r"f\.sql cannot be read"):
        units_of(["f.sql"])


def test_paths_are_shown_from_where_the_user_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sub").mkdir()
    assert shown(str(folder / "sub" / "a.sql")) == "sub/a.sql"
    monkeypatch.chdir(folder / "sub")
    assert shown("../a.sql") == (folder / "a.sql").as_posix()
