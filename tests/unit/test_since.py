"""`--since`: findings on changed lines."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rempart.errors import UsageError
from rempart.lint.since import Changes, changed_lines
from rempart.report.finding import Finding, Severity


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    git("init", "--initial-branch=main", ".")
    Path("policies").mkdir()
    Path("policies/a.sql").write_text("".join(f"line {number}\n" for number in range(1, 11)))
    Path("b é.sql").write_text("one\ntwo\n")
    git("add", ".")
    git("commit", "-m", "first")
    return tmp_path


def kept(changes: Changes, path: str, lines: range = range(12)) -> list[int]:
    return [number for number in lines if changes.keeps(Finding("rule", Severity.ERROR, "message", path, number, 1))]


def changes_of(*paths: str, ref: str = "main") -> Changes:
    return changed_lines([Path(path) for path in paths], ref)


def test_changed_and_added_lines_are_kept(repository: Path) -> None:
    file = Path("policies/a.sql")
    file.write_text(file.read_text().replace("line 3", "+++ b/other").replace("line 9\n", "line 9\nx\ny\n"))
    changes = changes_of("policies/a.sql", "b é.sql")
    assert kept(changes, "policies/a.sql") == [0, 3, 10, 11]
    assert kept(changes, str(file.resolve())) == [0, 3, 10, 11]
    assert kept(changes, "b é.sql") == []
    assert kept(changes, "-") == list(range(12))


def test_committed_changes_count_from_where_the_branch_left(repository: Path) -> None:
    git("checkout", "-b", "topic")
    Path("policies/a.sql").write_text("new\n" + Path("policies/a.sql").read_text())
    git("commit", "-am", "topic")
    git("checkout", "main")
    Path("b é.sql").write_text("ONE\ntwo\n")
    git("commit", "-am", "main goes on")
    git("checkout", "topic")
    assert kept(changes_of("policies/a.sql"), "policies/a.sql") == [0, 1]
    assert kept(changes_of("b é.sql"), "b é.sql") == []


def test_renamed_file_counts_only_with_its_changed_lines(repository: Path) -> None:
    git("mv", "policies/a.sql", 'policies/c "q".sql')
    text = Path('policies/c "q".sql').read_text().replace("line 5", "line five")
    Path('policies/c "q".sql').write_text(text)
    assert kept(changes_of('policies/c "q".sql'), 'policies/c "q".sql') == [0, 5]


def test_names_with_blanks_and_letters_of_other_languages(repository: Path) -> None:
    Path("b é.sql").write_text("one\nTWO\n")
    assert kept(changes_of("b é.sql"), "b é.sql") == [0, 2]


def test_untracked_and_ignored_files_are_new(repository: Path) -> None:
    Path(".gitignore").write_text("ignored.sql\n")
    for name in ("new.sql", "ignored.sql"):
        Path(name).write_text("x\n")
    changes = changes_of("new.sql", "ignored.sql")
    assert kept(changes, "new.sql") == kept(changes, "ignored.sql") == list(range(12))


def test_without_a_newline_at_the_end(repository: Path) -> None:
    Path("b é.sql").write_text("one\ntwo")
    Path("policies/a.sql").write_text("first\n" + Path("policies/a.sql").read_text())
    changes = changes_of("b é.sql", "policies/a.sql")
    assert kept(changes, "b é.sql") == [0, 2]
    assert kept(changes, "policies/a.sql") == [0, 1]


def test_configuration_of_the_user_changes_nothing(repository: Path) -> None:
    for name, value in (("diff.noprefix", "true"), ("color.diff", "always"), ("diff.external", "false")):
        git("config", name, value)
    Path("b é.sql").write_text("one\nTWO\n")
    assert kept(changes_of("b é.sql"), "b é.sql") == [0, 2]


def test_from_a_folder_below_and_in_a_hook(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("policies/a.sql").write_text("changed\n")
    monkeypatch.chdir(repository / "policies")
    monkeypatch.setenv("GIT_DIR", ".git")
    assert kept(changes_of("a.sql"), "a.sql") == [0, 1]


@pytest.mark.parametrize("ref", ["nothing", "--all", "main:policies/a.sql", ""])
@pytest.mark.parametrize("paths", [["policies/a.sql"], []])
def test_unknown_ref_is_refused(repository: Path, ref: str, paths: list[str]) -> None:
    with pytest.raises(UsageError, match="is no commit of the git repository"):
        changes_of(*paths, ref=ref)


def test_outside_of_a_repository_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match="is in no git repository"):
        changes_of("a.sql")


def test_without_git_is_refused(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="git is not installed"):
        changes_of("b é.sql")
