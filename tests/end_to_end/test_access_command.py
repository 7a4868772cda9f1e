"""`rempart access`, as a user types it: the map, its file, the gate."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from mini_project import FILES, Project, mini_project

PLATFORM = (
    FILES["schema/platform/10_roles.sql"]
    + "do $$ begin if not exists (select from pg_catalog.pg_roles where rolname = 'authenticator') then\n"
    "  create role authenticator login noinherit; create role anon nologin; grant anon to authenticator;\n"
    "end if; end $$;\ngrant usage on schema public to anon;\n"
)
PYPROJECT = """
[tool.rempart]
database = "depot"
owner = "depot_owner"
declared = ["schema/tables", "policies"]
"""
PERSONAS = """
[[persona]]
name = "anon"
role = "anon"
"""
CONTRACT = """
[[promise]]
says = "anon: nothing"
personas = ["anon"]
rows = "denied"
"""


@pytest.fixture
def declared() -> Iterator[Project]:
    """A small project with declared state and a contract."""
    with mini_project() as project:
        project.write("schema/platform/10_roles.sql", PLATFORM)
        project.write("pyproject.toml", PYPROJECT)
        project.write("schema/tables/thing.sql", "create table public.thing (id int primary key);\n")
        project.write("policies/personas.toml", PERSONAS)
        project.write("policies/contract.toml", CONTRACT)
        yield project


@pytest.mark.slow
def test_the_map_is_written_checked_and_found_stale(declared: Project) -> None:
    missing = declared.run("access", "--check")
    assert missing.returncode == 1 and "+public.thing | select | everyone | denied" in missing.stdout
    assert declared.run("access", "--write").returncode == 0
    assert "public.thing | select | everyone | denied\n" in (declared.root / "policies/access.map").read_text()
    assert declared.run("access", "--check").returncode == 0

    declared.write("policies/thing.sql", "grant select on public.thing to anon;\n")
    stale = declared.run("access", "--check")
    assert stale.returncode == 1
    assert "-public.thing | select | everyone | denied\n+public.thing | select | everyone | all rows" in stale.stdout
    assert "policies/contract.toml:2:1" in stale.stdout
    assert "“anon: nothing” does not hold: select on public.thing by anon: all rows" in stale.stdout
    assert "next: read the difference" in stale.stderr

    data = json.loads(declared.run("access", "revisions", "--format", "json").stdout)
    assert data["version"] == 1
    assert data["relations"]["public.thing"]["anon"]["select"] == {"access": "denied", "text": "denied"}
    assert declared.leftovers() == [] and declared.processes() == []


@pytest.mark.slow
def test_wrong_usage_is_told(declared: Project) -> None:
    for arguments, message in (
        (("nonsense",), "is no source"),
        (("--write", "--check"), "exclude each other"),
        (("postgresql://root:hidden@db/depot",), "live database"),
    ):
        answer = declared.run("access", *arguments)
        assert answer.returncode == 2, answer.stderr
        assert message in answer.stderr and "Traceback" not in answer.stderr
        assert "hidden" not in answer.stderr
    declared.write("policies/contract.toml", CONTRACT.replace('"anon"]', '"chef"]'))
    answer = declared.run("access", "--check")
    assert answer.returncode == 2 and "chef, which is no persona" in answer.stderr
    declared.write("policies/personas.toml", PERSONAS.replace('role = "anon"', 'role = "root"'))
    answer = declared.run("access")
    assert answer.returncode == 2 and "nobody can be anon" in answer.stderr
