"""Plain Postgres, without a hosted platform: with a project of two folders, and without any project."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from mini_project import Project

TABLE = "create table public.article (id int primary key, prix numeric check (prix > 0));\n"


@pytest.fixture
def plain(project: Project) -> Project:
    """A project whose folder has nothing of a platform, and no revision yet."""
    for file in (*project.root.glob("schema/platform/*"), *project.root.glob("migrations/versions/*")):
        file.unlink()
    (project.root / "schema" / "platform").rmdir()
    project.write("pyproject.toml", '[tool.rempart]\ndatabase = "shop"\nowner = "shop_owner"\n')
    template = Path(__file__).resolve().parents[2] / "migrations" / "script.py.mako"
    project.write("migrations/script.py.mako", template.read_text())
    project.write("schema/tables/article.sql", TABLE)
    return project


def test_sql_files_are_compared_without_a_project(project: Project) -> None:
    (project.root / "pyproject.toml").unlink()
    project.write("a.sql", TABLE)
    project.write("b.sql", TABLE + "create view public.articles as select id from public.article;\n")
    ran = project.run("diff", "a.sql", "b.sql", "--format", "json")
    assert ran.returncode == 1, ran.stderr
    assert [one["object"] for one in json.loads(ran.stdout)["differences"]] == ["view public.articles"]
    assert project.run("diff", "a.sql", "a.sql").returncode == 0
    project.write("b.sql", TABLE + "grant select on public.article to anon;\n")
    ran = project.run("diff", "a.sql", "b.sql")
    assert ran.returncode == 3 and 'b.sql: role "anon" does not exist' in ran.stderr, ran
    ran = project.run("diff", "a.sql")
    assert ran.returncode == 2 and "no pyproject.toml with a table [tool.rempart]" in ran.stderr, ran


@pytest.mark.slow
def test_from_declared_state_to_a_checked_revision(plain: Project) -> None:
    ran = plain.run("revision", "-m", "articles")
    assert ran.returncode == 0, ran.stderr
    ran = plain.run("diff", "revisions")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    plain.write("schema/tables/article.sql", TABLE.replace("> 0", ">= 0"))
    ran = plain.run("diff", "revisions")
    assert ran.returncode == 1 and "constraint article_prix_check on public.article" in ran.stdout, ran


def test_a_folder_that_is_gone_was_part_of_an_earlier_commit(plain: Project) -> None:
    view = plain.write("schema/views/articles.sql", "create view public.articles as select id from public.article;\n")
    plain.write(".gitattributes", "schema/views export-ignore\n")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.test"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "with a view"]):
        subprocess.run([*git, *command], cwd=plain.root, check=True)
    view.unlink()
    view.parent.rmdir()
    ran = plain.run("diff", "git:HEAD")
    assert ran.returncode == 1 and "- view public.articles" in ran.stdout, ran
