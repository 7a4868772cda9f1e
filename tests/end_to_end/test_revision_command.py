"""`rempart diff`, `rempart revision` and `rempart check`, and Alembic's own autogenerate, as people type them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mini_project import Project

PYPROJECT = """
[tool.rempart]
database = "depot"
owner = "depot_owner"
declared = ["schema/tables", "policies"]
"""
GATEWAY = """do $$ begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'authenticator') then
        create role anon;
        create role authenticator login noinherit;
        grant anon to authenticator;
    end if;
end $$;
"""
PERSONAS = '[[persona]]\nname = "anon"\nrole = "anon"\n'
CONTRACT = '[[promise]]\nsays = "anon: nothing"\npersonas = ["anon"]\nrows = "denied"\n'
TABLE = "create table public.thing (\n    id int primary key\n);\n"
POLICY = """alter table public.thing enable row level security;
create policy thing_select on public.thing
    for select to depot_owner
    using (id > {});
"""


@pytest.fixture
def declared(project: Project) -> Project:
    """A project whose two revisions and declared state agree."""
    project.write("pyproject.toml", PYPROJECT)
    project.write("schema/platform/11_gateway.sql", GATEWAY)
    project.write("policies/personas.toml", PERSONAS)
    project.write("policies/contract.toml", CONTRACT)
    project.write("migrations/released.lock", "")
    project.write("schema/tables/thing.sql", TABLE)
    (project.root / "policies").mkdir(exist_ok=True)
    template = Path(__file__).resolve().parents[2] / "migrations" / "script.py.mako"
    project.write("migrations/script.py.mako", template.read_text())
    return project


def versions(project: Project) -> list[str]:
    return sorted(file.name for file in (project.root / "migrations" / "versions").glob("*.py"))


@pytest.mark.slow
def test_from_a_changed_file_to_a_proved_revision(declared: Project) -> None:
    same = declared.run("revision", "-m", "nothing")
    assert same.returncode == 0, same.stderr
    assert "nothing to write" in same.stdout
    assert declared.run("diff", "revisions").returncode == 0

    declared.write("policies/thing.sql", POLICY.format(3))
    declared.write("schema/tables/thing.sql", TABLE.replace("primary key", "primary key,\n    nom text"))
    found = declared.run("diff", "revisions", "--format", "json")
    assert found.returncode == 1, found.stderr
    told = json.loads(found.stdout)
    assert told["version"] == 1
    assert [one["object"] for one in told["differences"]] == [
        "table public.thing",
        "column public.thing.nom",
        "policy thing_select on public.thing",
    ]
    assert told["refused"] == []

    written = declared.run("revision", "-m", "A name, and a policy")
    assert written.returncode == 0, written.stderr
    assert versions(declared)[-1] == "0003_a_name_and_a_policy.py"
    text = (declared.root / "migrations/versions" / versions(declared)[-1]).read_text()
    assert 'refuse_data_loss("public.thing")' in text
    assert "-- destructive: loses what column public.thing.nom holds" in text
    assert declared.run("access", "--write").returncode == 0
    checked = declared.run("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr

    # A policy is altered, not dropped and made again: there is no moment without it.
    declared.write("policies/thing.sql", POLICY.format(5))
    assert declared.run("check").returncode == 1
    assert declared.run("revision", "-m", "Another bound").returncode == 0
    text = (declared.root / "migrations/versions" / versions(declared)[-1]).read_text()
    assert "alter policy thing_select on public.thing" in text
    assert "drop policy" not in text


REVISION = '''"""Leaves things behind."""

from rempart.revisions import execute

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute("""
        create table public.extra (id int);
        alter table public.extra enable row level security;
        create conversion public.latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
        alter table public.thing alter column id set statistics 7;
    """)


def downgrade() -> None:
    execute("alter table public.thing alter column id set statistics 8;")
'''


def test_a_check_names_what_a_downgrade_leaves_and_what_only_one_side_has(declared: Project) -> None:
    declared.write("migrations/versions/0003_extra.py", REVISION)
    ran = declared.run("check", "--format", "json")
    assert ran.returncode == 1, ran.stderr
    checks = {one["name"]: one for one in json.loads(ran.stdout)["checks"]}
    restored = checks["every downgrade restores what was there"]
    assert set(restored["details"]) >= {
        "downgrade of 0003: left over: table public.extra",
        "downgrade of 0003: left over: conversion public.latin",
        "downgrade of 0003: differs: column public.thing.id (statistics)",
    }
    equal = checks["revisions equal declared state"]
    assert equal["details"] == ["not compared: the revisions do not run to the last one"]
    declared.write(
        "migrations/versions/0003_extra.py",
        REVISION.replace(
            'execute("alter table public.thing alter column id set statistics 8;")',
            'execute("drop table public.extra; drop conversion public.latin;"\n'
            '        "alter table public.thing alter column id set statistics -1;")',
        ),
    )
    ran = declared.run("check", "--format", "json")
    checks = {one["name"]: one for one in json.loads(ran.stdout)["checks"]}
    assert checks["every downgrade restores what was there"]["ok"], ran.stdout
    equal = checks["revisions equal declared state"]
    assert set(equal["details"]) >= {
        "left over: table public.extra",
        "left over: conversion public.latin",
    }
    declared.write(
        "schema/tables/words.sql", "create conversion public.grec for 'LATIN7' to 'UTF8' from iso8859_to_utf8;"
    )
    ran = declared.run("check", "--format", "json")
    equal = {one["name"]: one for one in json.loads(ran.stdout)["checks"]}["revisions equal declared state"]
    assert "missing: conversion public.grec" in equal["details"]


@pytest.mark.slow
def test_what_loses_data_is_asked_for(declared: Project) -> None:
    declared.write("schema/tables/thing.sql", TABLE.replace("id int", "numero int"))
    refused = declared.run("revision", "-m", "Numero")
    assert refused.returncode == 1
    assert "what column public.thing.id holds" in refused.stderr
    assert "--rename public.thing.id=numero" in refused.stderr
    assert len(versions(declared)) == 2, "nothing was written"

    renamed = declared.run("revision", "-m", "Numero", "--rename", "public.thing.id=numero")
    assert renamed.returncode == 0, renamed.stderr
    text = (declared.root / "migrations/versions" / versions(declared)[-1]).read_text()
    assert "alter table public.thing rename column id to numero" in text
    assert "alter table public.thing rename column numero to id" in text
    assert "drop column" not in text


def test_what_cannot_be_generated_is_refused_by_name(declared: Project) -> None:
    declared.write("schema/tables/thing.sql", TABLE.removesuffix(";\n") + " partition by range (id);\n")
    refused = declared.run("revision", "-m", "Partitions")
    assert refused.returncode == 1
    assert "table public.thing" in refused.stderr
    assert len(versions(declared)) == 2


@pytest.mark.slow
def test_alembics_own_command_writes_the_same(declared: Project) -> None:
    assert declared.run("up").returncode == 0
    url = declared.run("url").stdout.strip()
    declared.write("policies/thing.sql", POLICY.format(3))
    alembic = str(Path(sys.executable).with_name("alembic"))
    environment = declared.environment | {"DATABASE_URL": url}
    ran = subprocess.run(
        [alembic, "check"], cwd=declared.root, env=environment, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode != 0, "the declared state has more than the revisions"
    ran = subprocess.run(
        [alembic, "revision", "--autogenerate", "-m", "policy"],
        cwd=declared.root, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    text = (declared.root / "migrations/versions" / versions(declared)[-1]).read_text()
    assert versions(declared)[-1] == "0003_policy.py"
    assert "create policy thing_select on public.thing\n    for select to depot_owner\n    using ((id > 3));" in text
    assert "drop policy thing_select on public.thing;" in text
    for command, said in ((["upgrade", "head"], ""), (["check"], "No new upgrade operations detected.")):
        ran = subprocess.run(
            [alembic, *command], cwd=declared.root, env=environment, capture_output=True, text=True, timeout=120
        )
        assert ran.returncode == 0, ran.stderr
        assert said in ran.stdout
    written = len(versions(declared))
    ran = subprocess.run(
        [alembic, "revision", "--autogenerate", "-m", "none"],
        cwd=declared.root, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (ran.returncode, len(versions(declared))) == (0, written), "there is nothing to write"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("nowhere", "nowhere is no source"),
        ("revisions@0999", "0999"),
        ("env:production", "there is no environment production"),
        ("git:HEAD", "git"),
        ("postgresql://u:geheim@localhost:1/d", "no connection"),
    ],
)
def test_a_source_that_is_not_there(declared: Project, source: str, said: str) -> None:
    answer = declared.run("diff", source)
    assert answer.returncode in (2, 3)
    assert said in answer.stderr
    assert "geheim" not in answer.stderr + answer.stdout
