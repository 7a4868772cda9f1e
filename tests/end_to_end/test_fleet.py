"""`rempart apply --env 'depot-*'`: many environments, the canaries first, and nothing more after a failure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from deployment_project import PYPROJECT, DeploymentProject, deployment_project

pytestmark = [pytest.mark.one_backend, pytest.mark.slow, pytest.mark.timeout(1800)]

ENVIRONMENT = """
[tool.rempart.environments.{name}]
url_env = "{variable}_URL"
{more}
"""


def with_depots(made: DeploymentProject, count: int, canary: int | None = 2) -> list[str]:
    names = [f"depot-{number:02}" for number in range(1, count + 1)]
    tables = [
        ENVIRONMENT.format(
            name=name,
            variable=name.upper().replace("-", "_"),
            more="canary = true" if index + 1 == canary else "",
        )
        for index, name in enumerate(names)
    ]
    made.write("pyproject.toml", PYPROJECT + "".join(tables))
    for name in names:
        made.add_environment(name)
    return names


@pytest.fixture
def made() -> Iterator[DeploymentProject]:
    with deployment_project(environments=()) as made:
        yield made


def version(made: DeploymentProject, name: str) -> str | None:
    if made.value(name, "select to_regclass('rempart.alembic_version')::text") is None:
        return None
    found: str | None = made.value(name, "select max(version_num) from rempart.alembic_version")
    return found


def test_nothing_goes_on_after_a_canary_that_fails(made: DeploymentProject) -> None:
    names = with_depots(made, 3)
    with made.connect("depot-02") as superuser:
        superuser.execute("create table public.thing (id int)")
        superuser.execute("alter table public.thing owner to depot_owner")
    found = made.json("apply", "--env", "depot-*", "--parallel", "2", code=3)["environments"]
    assert [(one["environment"], one["ok"], one["code"]) for one in found] == [
        ("depot-02", False, 3),
        ("depot-01", False, None),
        ("depot-03", False, None),
    ]
    assert "already exists" in found[0]["said"]
    assert [version(made, name) for name in names] == [None, None, None]


def test_the_canary_goes_first_and_the_others_follow(made: DeploymentProject) -> None:
    names = with_depots(made, 3)
    unset = made.run("apply", "--env", "depot-*", "--parallel", "2", DEPOT_03_URL="")
    assert (unset.returncode, unset.stdout, "DEPOT_03_URL, which is not set" in unset.stderr) == (2, "", True)
    assert {version(made, name) for name in names} == {None}, "nothing has begun"
    assert made.run("apply", "--env", "depot-*", "--parallel", "0").returncode == 2
    several = made.run("plan", "--env", "depot-*")
    assert (several.returncode, "there is no environment depot-*" in several.stderr) == (2, True)
    ran = made.run("apply", "--env", "depot-*", "--parallel", "2")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[0].startswith("depot-02  ok")
    assert "3 of 3 environments" in ran.stdout
    assert {version(made, name) for name in names} == {"0002"}
    last = "select max(at) from rempart.deployment_ledger"
    first = "select min(at) from rempart.deployment_ledger"
    assert made.value("depot-02", last) < min(made.value("depot-01", first), made.value("depot-03", first))
    unknown = made.run("apply", "--env", "tank-*")
    assert (unknown.returncode, "no environment is called tank-*" in unknown.stderr) == (2, True)


def test_thirty_databases(made: DeploymentProject) -> None:
    names = with_depots(made, 30)
    with made.connect("depot-17") as superuser:
        superuser.execute("create table public.thing (id int)")
        superuser.execute("alter table public.thing owner to depot_owner")
    failed = made.json("apply", "--env", "depot-*", "--parallel", "2", code=3)["environments"]
    codes = {one["environment"]: one["code"] for one in failed}
    assert codes["depot-17"] == 3
    assert codes["depot-30"] is None, "nothing is begun after a failure"
    with made.connect("depot-17") as superuser:
        superuser.execute("drop table public.thing")
    found = made.json("apply", "--env", "depot-*", "--parallel", "2")["environments"]
    assert [one["ok"] for one in found] == [True] * 30
    for name in names:
        applied = "select count(*) from rempart.deployment_ledger where kind = 'revision'"
        assert (version(made, name), made.value(name, applied)) == ("0002", 2)
