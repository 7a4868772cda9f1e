"""The documentation of the linter, written from its rules, and what writes a new rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from rempart.errors import UsageError
from rempart.lint.configuration import _KEYS
from rempart.lint.page import explain, page
from rempart.lint.registry import all_rules
from rempart.lint.scaffold import scaffold
from rempart.lint.squawk_rules import squawk_rules

ROOT = Path(__file__).parents[2]


def test_docs_are_not_stale() -> None:
    written = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
    assert written == page(), "docs/lint.md is stale: run `make docs`"


def test_docs_name_every_rule_and_every_setting() -> None:
    text = page()
    for rule in all_rules():
        assert f"\n### {rule.name}\n" in text
    for rule in squawk_rules():
        assert f"`{rule.name.removeprefix('squawk/')}`" in text or f"`{rule.name}`" in text
    for key in _KEYS:
        assert f"`{key}`" in text or f".{key}]" in text
    assert not re.search(r"\{[a-z_]+\}", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


@pytest.mark.parametrize("rule", [*all_rules(), *squawk_rules()], ids=lambda rule: rule.name)
def test_every_rule_can_be_explained(rule: object) -> None:
    name: str = rule.name  # type: ignore[attr-defined]
    text = explain(name)
    assert text.startswith(f"{name} (")
    assert f"-- rempart: allow {name}: " in text


def test_unknown_rule_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError) as caught:
        explain("policy-lok")
    assert "policy-lock" in caught.value.next_step


def test_guide_to_rules_is_short() -> None:
    guide = (ROOT / "docs" / "contributing-rules.md").read_text(encoding="utf-8")
    assert len(guide.splitlines()) < 40


def test_scaffold_writes_a_rule_and_its_cases(tmp_path: Path) -> None:
    (tmp_path / "src/rempart/lint/rules").mkdir(parents=True)
    (tmp_path / "tests/lint_cases").mkdir(parents=True)
    files = scaffold("two-words", tmp_path)
    assert len(files) == 7
    assert all(file.is_file() for file in files)
    space: dict[str, object] = {"__name__": "two_words"}
    exec(compile(files[0].read_text(), str(files[0]), "exec", dont_inherit=True), space)
    assert space["TwoWords"].name == "two-words"  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match="already"):
        scaffold("two-words", tmp_path)


@pytest.mark.parametrize("name", ["", "Two", "a_b", "-a", "a-", "../x"])
def test_scaffold_refuses_a_wrong_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no name of a rule"):
        scaffold(name, tmp_path)


def test_scaffold_refuses_another_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        scaffold("two-words", tmp_path)


def test_hook_and_workflow_run_the_linter() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["id"], hook["entry"], hook["pass_filenames"]) == ("rempart-lint", "rempart lint", False)
    for path in ("policies/a.sql", "migrations/versions/0001_a.py", "alembic.ini", "db/alembic.ini", "pyproject.toml"):
        assert re.search(hook["files"], path), path
    assert not re.search(hook["files"], "README.md")
    workflow = yaml.safe_load((ROOT / ".github/workflows/lint.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["rempart"]["steps"]
    assert any("rempart lint --format sarif" in step.get("run", "") for step in steps)
    assert any("upload-sarif" in step.get("uses", "") for step in steps)
