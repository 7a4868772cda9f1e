"""Every rule finds its bad cases, and stays silent on its good ones.

The cases are files: tests/lint_cases/RULE/bad/*.sql and good/*.sql. The first line says why. A bad case must be found
by its rule, and by no rule that a line `-- also: rule-x, rule-y` does not list; a good case gives no finding at all,
except of rules that such a line lists.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from lint_units import units_of

from rempart.lint.engine import lint
from rempart.lint.registry import all_rules
from rempart.lint.settings import Settings
from rempart.report.finding import Finding

CASES = Path(__file__).parent.parent / "lint_cases"


def findings(sql: str, name: str = "case.sql") -> list[Finding]:
    return lint(units_of(sql, name), all_rules(), Settings()).findings


def unsuppressed(sql: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in findings(sql):
        if not one.suppressed:
            found.setdefault(one.rule, []).append(f"{one.line}:{one.column} {one.message}")
    return found


def also(sql: str) -> set[str]:
    lines = [line.removeprefix("-- also:") for line in sql.splitlines() if line.startswith("-- also:")]
    return {name.strip() for line in lines for name in line.split(",")}


def cases(kind: str) -> list[object]:
    files = sorted(CASES.glob(f"*/{kind}/*.sql"))
    return [pytest.param(file, id=f"{file.parent.parent.name}/{kind}/{file.stem}") for file in files]


@pytest.mark.parametrize("file", cases("bad"))
def test_bad_case_is_found_by_its_rule_alone(file: Path) -> None:
    sql, rule = file.read_text(encoding="utf-8"), file.parent.parent.name
    found = unsuppressed(sql)
    assert rule in found, f"not found; found instead: {found}"
    extra = {name: places for name, places in found.items() if name != rule and name not in also(sql)}
    assert not extra


@pytest.mark.parametrize("file", cases("good"))
def test_good_case_is_silent(file: Path) -> None:
    sql = file.read_text(encoding="utf-8")
    assert {name: places for name, places in unsuppressed(sql).items() if name not in also(sql)} == {}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_examples_on_the_page_of_a_rule_hold(rule: object) -> None:
    if rule.needs_history:  # type: ignore[attr-defined]
        pytest.skip("judges a history: tests/unit/test_revision_units.py")
    for example in rule.bad:  # type: ignore[attr-defined]
        assert rule.name in unsuppressed(example), example  # type: ignore[attr-defined]
    for example in rule.good:  # type: ignore[attr-defined]
        assert unsuppressed(example) == {}, example


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_rule_has_three_bad_and_three_good_cases(rule: object) -> None:
    name: str = rule.name  # type: ignore[attr-defined]
    if rule.needs_history:  # type: ignore[attr-defined]
        pytest.skip("judges a history: tests/unit/test_revision_units.py")
    for kind in ("bad", "good"):
        files = list((CASES / name / kind).glob("*.sql"))
        assert len(files) >= 3, f"{name} has {len(files)} {kind} cases"
        assert all(file.read_text(encoding="utf-8").startswith("-- ") for file in files)


def test_every_folder_of_cases_is_named_after_a_rule() -> None:
    assert {folder.name for folder in CASES.iterdir() if folder.is_dir()} <= {one.name for one in all_rules()}
