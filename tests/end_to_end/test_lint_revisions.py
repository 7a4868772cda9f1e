"""`rempart lint` on an Alembic project that is not this one, as its user types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from alembic_project import alembic_project, revision

OPEN_POLICY = "create policy lire on public.depots for select to anon using (nom is not null)"
TABLES = """
op.create_table('depots', sa.Column('id', sa.BigInteger, primary_key=True), sa.Column('nom', sa.Text), schema='public')
op.execute(sa.text('alter table public.depots enable row level security'))
op.execute('''
    create policy depots_read on public.depots
        for select to authenticated using (nom is not null);
''')
"""
GUARD = """
do $$ begin if exists (select from public.depots) then raise exception 'rows'; end if; end $$;
drop table public.depots;
"""


def lint(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("rempart")), "lint", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def found(*arguments: str) -> list[dict[str, object]]:
    done = lint("--format", "json", *arguments)
    assert done.returncode in (0, 1), done.stderr
    return [one for one in json.loads(done.stdout)["findings"] if not one["suppressed"]]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    alembic_project(
        tmp_path,
        ini="version_locations = %(here)s/migrations/versions:%(here)s/migrations/versions/more\npath_separator = :",
        pyproject="[tool.rempart.lint]\nunread_revisions = []\n",
        a_base=revision("aa", None, TABLES, f"op.execute('''{GUARD}''')"),
        b_left=revision("bb", "aa", "op.execute('select 1')", "raise NotImplementedError"),
        more__c_right=revision("cc", "aa", "op.execute('select 2')", "op.execute('select 3')"),
        d_merge=revision("dd", ("bb", "cc"), "pass"),
    )
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "app.sql").write_text("create schema app;\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def add(text: str) -> Path:
    file = Path("migrations/versions/e_new.py")
    file.write_text(text)
    return file


def place_of(file: Path, word: str) -> tuple[int, int]:
    text = file.read_text()
    at = text.index(word)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def test_clean_project_says_what_was_read_and_what_cannot_be_undone() -> None:
    done = lint()
    assert (done.returncode, done.stdout.count("no findings")) == (0, 1), done.stdout + done.stderr
    assert "4 revisions" in done.stdout or "3 revisions" in done.stdout
    assert "revision dd (migrations/versions/d_merge.py) merges branches and runs no SQL" in done.stderr
    assert "revision bb (migrations/versions/b_left.py) cannot be undone" in done.stderr


def test_finding_in_a_revision_points_at_its_sql() -> None:
    file = add(revision("ee", "dd", f"op.execute('{OPEN_POLICY}')"))
    (one,) = [one for one in found() if one["rule"] == "policy-to-forbidden-role"]
    assert (one["path"], one["line"]) == (file.as_posix(), place_of(file, "create policy lire")[0])
    text = lint().stdout
    assert f"{file.as_posix()}:{one['line']}:{one['column']}: error policy-to-forbidden-role" in text
    assert OPEN_POLICY in text


def test_squawk_and_our_rules_on_revisions_take_part() -> None:
    file = add(
        revision(
            "ee",
            "dd",
            "op.add_column('depots', sa.Column('ville', sa.Text, nullable=False), schema='public')\n"
            "op.execute('alter policy depots_read on public.depots using (id > 0)')",
            "op.drop_column('depots', 'ville', schema='public')",
        )
    )
    rules = {(one["rule"], one["line"], one["column"]) for one in found()}
    assert ("squawk/adding-required-field", *place_of(file, "op.add_column")) in rules
    assert ("policy-lock", *place_of(file, "alter policy")) in rules
    assert ("downgrade-loses-data", *place_of(file, "op.drop_column")) in rules
    assert len(rules) == 3


def test_python_comments_allow_what_an_operation_runs() -> None:
    add(
        revision(
            "ee",
            "dd",
            "# rempart: allow squawk/ban-drop-column: no version in use reads it\n"
            "op.drop_column('depots', 'nom', schema='public')\n"
            "op.execute('select 1')  # rempart: allow policy-gap: nothing to allow here",
        )
    )
    assert [one["rule"] for one in found()] == ["suppression-unused"]


def test_several_heads_are_found() -> None:
    file = add(revision("ee", "aa", "op.execute('select 1')"))
    (one,) = found()
    assert (one["rule"], one["path"]) == ("several-heads", file.as_posix())


def test_revision_that_needs_a_database_ends_the_run_unless_it_is_listed() -> None:
    add(revision("ee", "dd", "for row in op.get_bind().execute(sa.text('select 1')): pass"))
    done = lint()
    assert done.returncode == 2
    assert "revision ee (migrations/versions/e_new.py:" in done.stderr
    assert "reads a result of the database" in done.stderr
    file = Path("pyproject.toml")
    file.write_text(file.read_text().replace("unread_revisions = []", 'unread_revisions = ["ee"]'))
    done = lint()
    assert done.returncode == 0
    assert "revision ee (migrations/versions/e_new.py) is not linted" in done.stderr


def test_only_findings_since_a_ref() -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)

    old = "create policy vieux on public.depots for select to anon using (id > 0);"
    Path("schema/app.sql").write_text(f"create schema app;\n{old}\n")
    git("init", "--initial-branch=main", ".")
    git("add", ".")
    git("commit", "-m", "first")
    assert any(one["rule"] == "policy-to-forbidden-role" for one in found())
    assert found("--since", "HEAD") == []
    file = add(revision("ee", "dd", f"op.execute('{OPEN_POLICY}')"))
    assert {one["path"] for one in found("--since", "HEAD")} == {file.as_posix()}
    done = lint("--since", "nowhere")
    assert done.returncode == 2
    assert "nowhere is no commit" in done.stderr


def test_pages_of_rules_are_printed_without_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path.parent)
    for name in ("policy-lock", "squawk/ban-drop-column", "several-heads"):
        done = lint("--explain", name)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"{name} (")
