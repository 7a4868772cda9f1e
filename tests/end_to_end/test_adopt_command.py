"""`rempart adopt` as a person types it: looked at, decided, written, read, applied."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
from adopting import OLD, ROOT, SMALL
from mini_project import Project

from rempart.config import Config
from rempart.postgres import databases, platform
from rempart.postgres.embedded import temporary_server

PASSWORD = "tres-secret-91"
PYPROJECT = """
[tool.rempart]
database = "depot"
owner = "depot_owner"

[tool.rempart.environments.ancien]
url_env = "ANCIEN_URL"
"""
SECOND_ENVIRONMENT = """
[tool.rempart.environments.neuf]
url_env = "NEUF_URL"
protected = true
requires = "ancien"
"""
REVISION = '''"""The baseline."""
from rempart.revisions import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute({sql!r})


def downgrade() -> None:
    pass
'''


@pytest.fixture
def ancien(project: Project) -> Iterator[tuple[Project, str]]:
    """A project with one revision, and the URL of a database that never saw it."""
    for file in (project.root / "migrations" / "versions").glob("*.py"):
        file.unlink()
    for file in (project.root / "schema" / "platform").glob("*.sql"):
        file.unlink()
    for file in (ROOT / "schema" / "platform").glob("*.sql"):
        project.write(f"schema/platform/{file.name}", file.read_text())
    project.write("pyproject.toml", PYPROJECT)
    project.write("migrations/versions/0001_baseline.py", REVISION.format(sql=SMALL))
    config = Config.find(project.root)
    with temporary_server() as server:
        for name in ("ancien", "neuf"):
            databases.create(server, name)
            platform.install(server, name, config.platform, config.owner)
        url = server.url("ancien", config.owner)
        with psycopg.connect(url) as owner:
            owner.execute(OLD)
        yield project, url


@pytest.mark.slow
def test_from_an_old_database_to_one_under_management(ancien: tuple[Project, str]) -> None:
    project, url = ancien
    secret = {"ANCIEN_URL": url.replace("depot_owner@", f"depot_owner:{PASSWORD}@")}
    outputs = []

    def run(*arguments: str, code: int = 0) -> str:
        ran = project.run("adopt", "--env", "ancien", *arguments, **secret)
        outputs.append(ran.stdout + ran.stderr)
        assert ran.returncode == code, outputs[-1]
        return outputs[-1]

    with psycopg.connect(url) as owner:
        owner.execute(
            "alter table public.t drop constraint t_pkey cascade; alter table public.t disable trigger jette;"
            "insert into public.t values (1, 'bis'); alter table public.t enable trigger jette"
        )
    told = run(code=1)
    assert "constraint t_pkey on public.t: 2 rows against PRIMARY KEY (id)" in told
    assert "to decide: which of the rows that share a key stays" in told
    assert "it cannot be adopted yet; nothing was written" in told
    assert "somebody has to decide" in run("--write", code=1)
    assert "somebody has to decide" in run("--apply", code=1)
    assert not (project.root / "adoption").exists()

    with psycopg.connect(url) as owner:
        owner.execute("delete from public.t where ancien = 'bis'")
    found = json.loads(project.run("adopt", "--env", "ancien", "--format", "json", **secret).stdout)
    assert found["version"] == 1
    assert found["conflicts"] == []
    assert "table public.extra" in found["unmanaged"]
    policies = [one for one in found["differences"] if one["object"].startswith("policy")]
    assert policies and all(one["ddl"] for one in policies)
    assert "--write" in run("--apply", code=2)
    assert "ran on a copy" in run("--write", "--dry-run")
    assert not (project.root / "adoption").exists()
    assert "reconcile_0001.py" in run("--write")
    text = (project.root / "adoption" / "ancien" / "reconcile_0001.py").read_text()
    assert 'revision = "adopt_ancien_0001"' in text
    assert "-- drops policy rien on public.t, which the baseline has not; it holds no data" in text
    assert "ran on a copy" in run("--apply", "--dry-run")
    protected = PYPROJECT + "protected = true\n"
    project.write("pyproject.toml", protected)
    refused = run("--apply", "--confirm", "ancien", code=1)
    assert "gates before ancien are closed: git, check, backup, approval" in refused
    project.write("pyproject.toml", PYPROJECT)
    adopted = run("--apply")
    assert "adopted at 0001" in adopted
    assert "gate  ok      target" in adopted
    verified = project.run("evidence", "verify", **secret)
    assert verified.returncode == 0, verified.stdout
    shown = json.loads(
        project.run("evidence", "show", "latest", "--env", "ancien", "--format", "json", **secret).stdout
    )
    assert (shown["operation"], shown["from"], shown["reached"]) == ("adopt", "unmanaged", "0001")
    assert shown["rollback"].startswith("restore the backup")
    status = json.loads(project.run("status", "--env", "ancien", "--format", "json", **secret).stdout)
    assert (status["revision"], status["last"]["operation"], status["pending"]) == ("0001", "adopt", [])
    assert json.loads(project.run("apply", "--env", "ancien", "--format", "json", **secret).stdout)["revisions"] == []
    assert "under management already" in run("--apply", code=2)
    assert "unknown" not in outputs[-1]
    # What was stamped counts as applied there, by the ledger and by the evidence folder alone.
    project.write("pyproject.toml", PYPROJECT + SECOND_ENVIRONMENT)
    secret["NEUF_URL"] = secret["ANCIEN_URL"].replace("/ancien", "/neuf")
    for variables, said in (
        (secret, "by the ledger of ancien"),
        ({**secret, "ANCIEN_URL": ""}, "by the evidence folder of ancien"),
    ):
        ran = project.run("apply", "--env", "neuf", "--confirm", "neuf", "--format", "json", **variables)
        (gate,) = [one for one in json.loads(ran.stdout)["gates"] if one["name"] == "staging"]
        assert gate["said"].startswith(said)
        assert not [line for line in gate["details"] if "revision 0001" in line], "what is left is what the audit found"
    with psycopg.connect(url) as owner:
        assert owner.execute("select version_num from rempart.alembic_version").fetchall() == [("0001",)]
    assert not any(PASSWORD in output for output in outputs)


@pytest.mark.slow
def test_wrong_usage_is_told(ancien: tuple[Project, str]) -> None:
    project, url = ancien
    for arguments, said in (
        (("--env", "inconnu"), "there is no environment inconnu"),
        (("--env", "ancien", "--baseline", "9999"), "there is no revision 9999"),
        (("--env", "ancien", "--write", "--apply"), "is read by somebody before it runs"),
    ):
        ran = project.run("adopt", *arguments, ANCIEN_URL=url)
        assert ran.returncode == 2, ran.stderr
        assert said in ran.stderr
    ran = project.run("adopt", "--env", "ancien", ANCIEN_URL=url, APP_ENV="production")
    assert ran.returncode == 2
    assert "APP_ENV says production" in ran.stderr
