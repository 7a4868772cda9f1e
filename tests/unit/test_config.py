"""Settings are read from the nearest pyproject.toml that has them, and wrong ones are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.config import Config, Integrity
from rempart.errors import UsageError

MINIMAL = '[tool.rempart]\ndatabase = "depot"\nowner = "depot_owner"\n'


def project(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_minimal_settings_get_the_documented_defaults(tmp_path: Path) -> None:
    config = Config.find(project(tmp_path, MINIMAL))
    assert (config.database, config.owner) == ("depot", "depot_owner")
    assert config.root == tmp_path
    assert config.alembic_ini == tmp_path / "alembic.ini"
    assert config.platform is None
    assert config.declared[0] == tmp_path / "schema/schemas"
    assert config.declared[-1] == tmp_path / "policies"
    assert config.exposed_schemas == ("public",)
    assert (config.gateway_role, config.anonymous_role) == ("authenticator", "anon")
    assert config.claims_setting == "request.jwt.claims"


def test_the_usual_platform_is_taken_where_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "schema/platform").mkdir(parents=True)
    config = Config.find(project(tmp_path, MINIMAL))
    assert config.platform == tmp_path / "schema/platform"


def test_a_platform_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no folder .*/nowhere, which the key platform"):
        Config.find(project(tmp_path, MINIMAL + 'platform = "nowhere"\n'))


def test_outside_of_any_project_there_are_the_settings_of_plain_postgres(tmp_path: Path) -> None:
    assert Config.anywhere(tmp_path).platform is None
    assert Config.anywhere(project(tmp_path / "inner", MINIMAL)).owner == "depot_owner"
    with pytest.raises(UsageError, match=r"no pyproject\.toml"):
        Config.find(tmp_path)


def test_found_upward_past_a_pyproject_of_another_tool(tmp_path: Path) -> None:
    root = project(tmp_path, MINIMAL)
    inner = project(root / "vendored" / "thing", "[tool.other]\nx = 1\n")
    assert Config.find(inner).root == root


def test_the_current_folder_is_the_default_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project(tmp_path, MINIMAL))
    assert Config.find().root == tmp_path


def test_the_projects_own_settings_are_valid() -> None:
    config = Config.find(Path(__file__))
    assert config.integrity == Integrity(
        view="public.v_integrity_checks",
        alerts="public.system_alerts",
        sync="public.sync_system_alerts_from_integrity",
    )


def test_no_project_at_all(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no pyproject.toml with a table \[tool.rempart\]") as caught:
        Config.find(tmp_path)
    assert caught.value.next_step


def test_integrity_is_asked_for_only_when_used(tmp_path: Path) -> None:
    config = Config.find(project(tmp_path, MINIMAL))
    with pytest.raises(UsageError, match=r"has no table \[tool.rempart.integrity\]"):
        _ = config.integrity


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.rempart\n", "not valid TOML"),
        ("\udcff", "not valid TOML"),
        ("[tool]\nrempart = 1\n", "is not a table"),
        ('[tool.rempart]\nowner = "o"\n', "lacks the key database"),
        ('[tool.rempart]\ndatabase = "d"\n', "lacks the key owner"),
        (MINIMAL + 'databse = "x"\n', "unknown key: databse"),
        (MINIMAL + "sample = 3\n", "sample of .* is not a text"),
        (MINIMAL + 'sample = " "\n', "sample of .* is not a text"),
        (MINIMAL + 'declared = "schema"\n', "declared of .* is not a list"),
        (MINIMAL + "declared = []\n", "declared of .* is not a list"),
        (MINIMAL + 'exposed_schemas = ["public", 1]\n', "exposed_schemas of .* is not a list"),
        (MINIMAL + f'gateway_role = "{"é" * 32}"\n', "gateway_role of .* at most 63 bytes"),
        (MINIMAL + '[tool.rempart.integrity]\nview = "a.b"\nalerts = "a.c"\n', "lacks the key sync"),
        (
            MINIMAL + '[tool.rempart.integrity]\nview = "a"\nalerts = "a.c"\nsync = "a.d"\n',
            "view of .* schema.name",
        ),
        (MINIMAL + '[tool.rempart.integrity]\nviews = "a.b"\n', "unknown key: views"),
        (
            MINIMAL + '[tool.rempart.environments.e]\nurl_env = "E"\nlock_timeout = "0s"\n',
            "lock_timeout of .* is not a time",
        ),
        (MINIMAL + '[tool.rempart.environments.e]\nurl_env = "E"\nstatement_timeout = "25d"\n', "at most 24 days"),
        (MINIMAL + f'[tool.rempart.deployment]\napproval_lifetime = "{"9" * 30}d"\n', "approval_lifetime of .* a time"),
        (MINIMAL + "integrity = true\n", r"\[tool.rempart.integrity\] in .* is not a table"),
    ],
)
def test_wrong_settings_are_named_with_their_file(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UsageError, match=message) as caught:
        Config.find(tmp_path)
    assert str(tmp_path / "pyproject.toml") in caught.value.message
    assert caught.value.next_step
    assert caught.value.exit_code == 2
