"""Every command of the runbooks and of the CI files is run, in order, on a project as the runbook finds it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deployment_project import DeploymentProject, deployment_project
from mini_project import REMPART

ROOT = Path(__file__).resolve().parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
pytestmark = [pytest.mark.one_backend, pytest.mark.slow, pytest.mark.timeout(1800)]
WHY = ("--reason", "set up by the test")
OVERRIDES = ("--override", "backup", "--override", "approval", "--override", "git", *WHY, "--confirm", "production")


@pytest.fixture
def made() -> Iterator[DeploymentProject]:
    with deployment_project() as made:
        yield made


def blocks(text: str) -> list[str]:
    """The shell blocks of a page, without the indentation of the list they stand in."""
    found = re.findall(r"(?m)^( *)```sh\n(.*?)^ *```$", text, re.S)
    return ["\n".join(line.removeprefix(indent) for line in body.splitlines()) for indent, body in found]


def commands(page: Path) -> list[tuple[str, int]]:
    """Each command of a page, with the exit code that its comment announces."""
    found = []
    for block in blocks(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            announced = re.search(r"# exit (\d)", line)
            found.append((line, int(announced[1]) if announced else 0))
    return found


def shell(made: DeploymentProject, lines: list[tuple[str, int]], **variables: str) -> str:
    """Run the lines in one shell, and require the code of each."""
    bin_dir = made.server.bin_dir
    assert bin_dir is not None
    path = f"{Path(REMPART).parent}:{bin_dir}:{os.environ['PATH']}"
    script = "".join(
        f'{line}\ncode=$?; [ $code = {code} ] || {{ echo "exit $code"; exit 99; }}\n' for line, code in lines
    )
    identity = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in
                (("NAME", "Alice"), ("EMAIL", "alice@example.org"))}  # fmt: skip
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=made.root,
        env=made.project.environment | made.variables | identity | {"PATH": path} | variables,
        capture_output=True,
        text=True,
    )
    made.said += [ran.stdout, ran.stderr]
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    made.assert_no_secret()
    return ran.stdout


def on_staging(made: DeploymentProject) -> None:
    made.json("apply", "--env", "staging")


def on_production(made: DeploymentProject) -> None:
    on_staging(made)
    made.json("apply", "--env", "production", *OVERRIDES)
    made.release("deployed")


def with_backup(made: DeploymentProject) -> None:
    on_production(made)
    with made.connect("production") as superuser:
        superuser.execute("insert into public.thing (id, name) values (1, 'a')")
    assert made.run("backup", "--env", "production").returncode == 0


def leaking(made: DeploymentProject) -> None:
    on_production(made)
    with made.connect("production") as superuser:
        superuser.execute("insert into public.thing (id, name) values (1, 'a')")
        superuser.execute("create policy leak on public.thing for select using (true)")
        superuser.execute("grant usage on schema public to anon")
        superuser.execute("grant select on public.thing to anon")


SITUATIONS: dict[str, Callable[[DeploymentProject], None]] = {
    "deploy": on_staging,
    "rollback": on_production,
    "restore": with_backup,
    "rls-hardening": on_staging,
    "policy-leaked": leaking,
}


@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_the_commands_of_a_runbook(made: DeploymentProject, name: str) -> None:
    SITUATIONS[name](made)
    found = commands(RUNBOOKS / f"{name}.md")
    assert len(found) >= 5
    shell(
        made,
        found,
        COLLEAGUES_KEY=str(made.project.base / "bob"),
        ADMIN_URL=made.server.url(),
        RESTORED_ADMIN_URL=made.server.url("restored"),
        RESTORED_URL=made.server.url("restored", "depot_owner"),
    )


def test_every_runbook_is_tried() -> None:
    elsewhere = {"web-rollback"}  # tests/database/test_builds.py
    assert {page.stem for page in RUNBOOKS.glob("*.md")} == set(SITUATIONS) | elsewhere


def ci_commands(file: Path) -> list[tuple[str, int]]:
    """The calls of rempart in a CI file."""
    lines = re.findall(r"(?m)^\s*(?:- run: |- |run: )?\.venv/bin/(rempart .*)$", file.read_text(encoding="utf-8"))
    return [(line, 0) for line in lines]


def test_the_commands_of_ci(made: DeploymentProject) -> None:
    pyproject = made.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("protected = true", 'protected = true\napproval = ["ci"]'))
    made.release("v1.1")
    workflows = ROOT / ".github" / "workflows"
    shell(made, ci_commands(workflows / "pull-request.yml"))
    shell(made, ci_commands(workflows / "staging.yml"), APP_ENV="staging", GITHUB_ACTOR="carol")
    approved = {"GITHUB_ACTOR": "carol", "REMPART_CI_APPROVED_BY": "dave", "REMPART_CI_APPROVAL_URL": "https://ci/1"}
    calls = ci_commands(workflows / "production.yml")
    assert [line.split()[1] for line, _ in calls] == ["plan", "backup", "promote", "audit"]
    shell(made, calls, APP_ENV="production", **approved)
    gitlab = [line for line, _ in ci_commands(ROOT / "docs" / "ci" / "gitlab-ci.yml")]
    ours = [
        line for name in ("pull-request", "staging", "production") for line, _ in ci_commands(workflows / f"{name}.yml")
    ]
    assert set(gitlab) <= set(ours), "what GitLab runs is what was tried here"
