"""Released revisions are not edited: the lock file."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic_project import alembic_project, revision

from rempart.config import Config
from rempart.errors import UsageError
from rempart.lint.rule import Problem
from rempart.revisions import released
from rempart.revisions.lint_units import revision_units


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.chdir(tmp_path)
    return alembic_project(
        tmp_path,
        a=revision("a", None, "op.execute('create table t (id int)')", "op.execute('drop table t')"),
        b=revision("b", "a", "op.execute('create table u (id int)')"),
    )


def lock(project: Config, capsys: pytest.CaptureFixture[str], more: str = "") -> None:
    released.main()
    text = f"# released\n{capsys.readouterr().out}{more}"
    (project.root / "migrations" / released.FILE).write_text(text, encoding="utf-8")


def edit(name: str, old: str, new: str) -> None:
    file = Path("migrations/versions") / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def problems(project: Config) -> list[tuple[str, Problem]]:
    return revision_units(project).problems


def test_without_a_lock_file_nothing_is_found(project: Config) -> None:
    assert problems(project) == []


def test_untouched_and_new_revisions_are_fine(project: Config, capsys: pytest.CaptureFixture[str]) -> None:
    lock(project, capsys)
    Path("migrations/versions/c.py").write_text(revision("c", "b", "op.execute('select 1')"))
    assert problems(project) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("create table t (id int)", "create  table t -- the table\\n (id /* key */ int);"),
        ("import sqlalchemy", "# a comment\nimport sqlalchemy"),
    ],
)
def test_comments_and_white_space_may_change(
    project: Config, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    lock(project, capsys)
    edit("a.py", old, new.removesuffix(";") if "(" in new else new)
    assert problems(project) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("create table t (id int)", "create table t (id bigint)"), ("drop table t", "drop table if exists t")],
)
def test_edited_sql_is_found_at_the_revision(
    project: Config, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    lock(project, capsys)
    edit("a.py", old, new)
    ((rule, problem),) = problems(project)
    assert (rule, problem.object) == ("edited-revision", "a")
    assert (problem.place.path, problem.place.line) == ("migrations/versions/a.py", 6)
    assert "migrations/released.lock:2" in problem.message


def test_a_revision_without_its_sql_is_found(project: Config, capsys: pytest.CaptureFixture[str]) -> None:
    """A merge of branches needs no SQL, so that none is rendered when it was taken out."""
    Path("migrations/versions/c.py").write_text(revision("c", "a", "op.execute('select 1')"))
    Path("migrations/versions/d.py").write_text(revision("d", ("b", "c"), "op.execute('select 2')"))
    lock(project, capsys)
    assert problems(project) == []
    edit("d.py", "op.execute('select 2')", "pass")
    ((rule, problem),) = problems(project)
    assert (rule, problem.object) == ("edited-revision", "d")
    assert "no SQL of it is known now" in problem.message


def test_removed_revision_is_found_in_the_lock_file(project: Config, capsys: pytest.CaptureFixture[str]) -> None:
    lock(project, capsys, more="gone " + "0" * 64 + "  # long ago\n")
    ((rule, problem),) = problems(project)
    assert (rule, problem.place.path, problem.place.line) == ("edited-revision", "migrations/released.lock", 4)


@pytest.mark.parametrize("line", ["a", "a b", "a " + "0" * 64 + " c"])
def test_lock_file_that_is_not_understood_is_refused(project: Config, line: str) -> None:
    Path("migrations/released.lock").write_text(f"\n{line}\n")
    with pytest.raises(UsageError, match=r"migrations/released\.lock:2"):
        problems(project)
