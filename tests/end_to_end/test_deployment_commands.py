"""`rempart status`, `plan`, `apply`, `promote` and `rollback`, as CI and a DBA type them."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deployment_project import DeploymentProject, Kept, deployment_project
from judge import schema_dump
from mini_project import REMPART

pytestmark = [pytest.mark.one_backend, pytest.mark.timeout(900)]
WHY = "the reason that the tests have for it"


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    """The project before its first deployment, and applied to staging."""
    with deployment_project() as made:
        kept = Kept(made)
        kept.keep("before")
        made.json("apply", "--env", "staging")
        made.assert_no_secret()
        kept.keep("applied")
        yield kept


def _without_secrets(made: DeploymentProject) -> Iterator[DeploymentProject]:
    """The project, and that no secret of it was said or written anywhere."""
    yield made
    made.assert_no_secret()
    assert made.project.leftovers() == []


@pytest.fixture
def made(kept: Kept) -> Iterator[DeploymentProject]:
    """The project before its first deployment."""
    yield from _without_secrets(kept.back_at("before"))


@pytest.fixture
def on_staging(kept: Kept) -> Iterator[DeploymentProject]:
    """The project, applied to staging."""
    yield from _without_secrets(kept.back_at("applied"))


def gates(document: Any) -> dict[str, bool]:
    return {one["name"]: one["ok"] for one in document["gates"]}


def details(document: Any, gate: str) -> str:
    (found,) = [one for one in document["gates"] if one["name"] == gate]
    return "\n".join(found["details"])


def applied(made: DeploymentProject, name: str) -> list[str]:
    with made.connect(name) as connection:
        exists = connection.execute("select to_regclass('rempart.alembic_version') is not null").fetchone()
        if not exists or not exists[0]:
            return []
        return [row[0] for row in connection.execute("select version_num from rempart.alembic_version")]


def test_status_before_and_after(made: DeploymentProject) -> None:
    before = made.json("status", "--env", "staging")
    assert (before["revision"], before["head"], before["pending"]) == ("base", "0002", ["0001", "0002"])
    assert (before["last"], before["database"]["id"]) == (None, None)
    document = made.json("apply", "--env", "staging", APP_RELEASE="2026.11")
    after = made.json("status", "--env", "staging")
    assert (after["revision"], after["pending"], after["unfinished"]) == ("0002", [], [])
    assert after["last"]["outcome"] == "succeeded"
    assert (after["last"]["release"], after["last"]["id"]) == ("2026.11", document["id"])
    assert "up to date" in made.run("status", "--env", "staging").stdout


@pytest.mark.slow
def test_each_revision_is_recorded_with_its_commit_and_checks(on_staging: DeploymentProject) -> None:
    with on_staging.connect("staging") as connection:
        rows = connection.execute("select kind, content from rempart.deployment_ledger order by number").fetchall()
    assert [kind for kind, _ in rows] == ["started", "revision", "revision", "finished"]
    document = json.loads(rows[-1][1])["document"]
    assert [one["outcome"] for one in document["revisions"]] == ["done", "done"]
    assert document["revisions"][0]["catalog"]["after"] == document["revisions"][1]["catalog"]["before"]
    assert document["commit"] == on_staging.git("rev-parse", "HEAD").strip()
    assert document["release"] == "v1"
    assert document["audit"] == {"passes": True, "found": []}
    assert document["anon"] == {"relations": 1, "rows": [], "writable": [], "functions": []}
    assert document["rollback"] == "rempart rollback --env staging --to base"
    assert "version 1" not in document


@pytest.mark.slow
def test_a_second_apply_has_nothing_to_do(on_staging: DeploymentProject) -> None:
    again = on_staging.json("apply", "--env", "staging")
    assert (again["outcome"], again["revisions"]) == ("succeeded", [])
    assert on_staging.value("staging", "select count(*) from rempart.deployment_ledger where kind = 'revision'") == 2


def test_the_plan_tells_sql_locks_access_and_the_way_back(made: DeploymentProject) -> None:
    plan = made.json("plan", "--env", "production")
    first, second = plan["steps"]
    assert "create table public.thing" in first["sql"]
    assert (first["duration"], first["stops"]) == ("instant", {})
    assert second["stops"] == {"public.thing": "readers and writers"}
    assert {one["object"] for one in second["changes"]} == {"column public.thing.note"}
    (opened,) = plan["access"]
    assert (opened["subject"], opened["persona"], opened["wider"]) == ("public.thing", "member", True)
    assert plan["rollback"] == "rempart rollback --env production --to base"
    file = Path(plan["file"])
    assert json.loads(file.read_text())["plan"] == plan["plan"]
    assert made.json("plan", "--env", "production")["plan"] == plan["plan"], "the same plan has the same id"
    shown = made.run("plan", "--env", "production").stdout
    assert "create table public.thing" in shown
    assert plan["plan"][:12] in shown
    assert applied(made, "production") == [], "a plan changes nothing"


def test_what_a_function_of_the_owner_opens_shows_in_the_plan(on_staging: DeploymentProject) -> None:
    """The owner enters schema public because the database is his: on the copies that are observed, too."""
    on_staging.revision(
        "0003",
        "create schema app;\n"
        "create function app.is_member() returns boolean language sql stable security definer set search_path = ''"
        " as 'select count(*) >= 0 from public.thing';\n"
        "create policy thing_members on public.thing for select to authenticated using ((select app.is_member()));",
        name="members",
    )
    plan = on_staging.json("plan", "--env", "staging")
    (opened,) = [one for one in plan["access"] if one["persona"] == "member" and one["command"] == "select"]
    assert (opened["subject"], opened["after"], opened["wider"]) == ("public.thing", "all rows", True)


@pytest.mark.slow
def test_what_is_rewritten_or_read_is_observed(on_staging: DeploymentProject) -> None:
    with on_staging.connect("staging") as connection:
        connection.execute("insert into public.thing select n, repeat('x', 100) from generate_series(1, 1000) n")
    on_staging.revision("0003", "alter table public.thing alter column name type char(200);", name="wide")
    on_staging.revision("0004", "alter table public.thing alter column note set not null;", name="strict")
    wide, strict = on_staging.json("plan", "--env", "staging")["steps"]
    assert wide["touched"]["public.thing"]["how"] == "rewritten"
    assert wide["touched"]["public.thing"]["bytes"] > 100_000
    assert strict["touched"]["public.thing"]["how"] == "read"
    assert (wide["duration"], strict["duration"]) == ("seconds", "seconds")


@pytest.mark.slow
def test_another_environment_is_refused(on_staging: DeploymentProject) -> None:
    said = on_staging.run("apply", "--env", "staging", APP_ENV="production")
    assert said.returncode == 2
    assert "APP_ENV says production, and the environment asked for is staging" in said.stderr
    crossed = on_staging.run(
        "apply", "--env", "production", "--confirm", "production", PRODUCTION_URL=on_staging.variables["STAGING_URL"]
    )
    assert crossed.returncode == 2
    assert "says it is staging, and production was asked for" in crossed.stderr
    assert on_staging.run("status", "--env", "nowhere").returncode == 2


@pytest.mark.slow
def test_an_applied_revision_that_was_edited_stops_everything(on_staging: DeploymentProject) -> None:
    file = on_staging.root / "migrations" / "versions" / "0002_note.py"
    file.write_text(file.read_text().replace("column note text", "column note varchar"))
    document = on_staging.json("apply", "--env", "staging", code=1)
    assert gates(document)["revisions"] is False
    assert "revision 0002 was applied and its SQL was edited since" in details(document, "revisions")
    overridden = on_staging.run("apply", "--env", "staging", "--override", "revisions", "--reason", WHY)
    assert overridden.returncode == 2
    assert "never overridden" in overridden.stderr


@pytest.mark.slow
def test_a_dry_run_changes_nothing_and_is_recorded(on_staging: DeploymentProject) -> None:
    on_staging.revision("0003", "alter table public.thing add column more text;", name="more")
    before = schema_dump(on_staging.server, "staging")
    document = on_staging.json("apply", "--env", "staging", "--dry-run")
    assert document["outcome"] == "succeeded"
    assert document["operation"] == "dry-run"
    assert [one["outcome"] for one in document["revisions"]] == ["done"]
    assert schema_dump(on_staging.server, "staging") == before
    assert applied(on_staging, "staging") == ["0002"]
    assert (on_staging.root / "evidence" / "staging" / f"{document['id']}.json").is_file()


@pytest.mark.slow
def test_a_dry_run_with_rows_meets_what_the_rows_break(on_staging: DeploymentProject) -> None:
    with on_staging.connect("staging") as connection:
        connection.execute("insert into public.thing (id, name) values (1, 'a'), (2, 'a')")
    assert on_staging.run("backup", "--env", "staging").returncode == 0
    on_staging.revision("0003", "alter table public.thing add unique (name);", name="unique")
    assert on_staging.run("apply", "--env", "staging", "--dry-run").returncode == 0
    with_rows = on_staging.run("apply", "--env", "staging", "--dry-run", "--with-data")
    assert with_rows.returncode == 3
    assert with_rows.stderr.startswith("error: on a throw-away copy, the upgrade of revision 0003 failed")
    assert "could not create unique index" in with_rows.stderr
    recorded = on_staging.json("evidence", "show", "latest")
    assert (recorded["operation"], recorded["outcome"]) == ("dry-run", "failed")
    assert [one["outcome"] for one in recorded["revisions"]] == ["failed"]
    assert applied(on_staging, "staging") == ["0002"]


def test_a_failing_revision_is_rolled_back_and_those_before_it_stay(on_staging: DeploymentProject) -> None:
    with on_staging.connect("staging") as connection:
        connection.execute("insert into public.thing (id, name) values (1, 'a'), (2, 'a')")
    on_staging.revision("0003", "alter table public.thing add column more text;", name="more")
    on_staging.revision("0004", "alter table public.thing add unique (name);", name="unique")
    document = on_staging.json("apply", "--env", "staging", code=3)
    assert [(one["revision"], one["outcome"]) for one in document["revisions"]] == [
        ("0003", "done"),
        ("0004", "failed"),
    ]
    assert "could not create unique index" in document["error"]
    assert applied(on_staging, "staging") == ["0003"]
    kinds = on_staging.value("staging", "select array_agg(kind order by number) from rempart.deployment_ledger")
    assert kinds[-3:] == ["started", "revision", "failed"]


@pytest.mark.slow
def test_a_revision_that_opens_a_table_to_anon_is_rolled_back(on_staging: DeploymentProject) -> None:
    with on_staging.connect("staging") as connection:
        connection.execute("insert into public.thing (id, name) values (11, 'a')")
    opens = "grant usage on schema public to anon; grant select on public.thing to anon;"
    opens += " create policy open on public.thing for select to anon using (true);"
    on_staging.revision("0003", opens, name="open")
    document = on_staging.json("apply", "--env", "staging", code=1)
    assert "anon: anon reads public.thing" in document["error"]
    assert applied(on_staging, "staging") == ["0002"]
    accepted = on_staging.json("apply", "--env", "staging", "--override", "anon", "--reason", WHY)
    assert accepted["accepted"] == [{"revision": "0003", "said": "anon: anon reads public.thing"}]
    assert accepted["audit"]["passes"] is False


@pytest.mark.slow
def test_a_target_that_changes_otherwise_than_its_copy_is_rolled_back(on_staging: DeploymentProject) -> None:
    with on_staging.connect("staging") as connection:
        connection.execute("insert into public.thing (id, name) values (1, 'a')")
    by_rows = "do $$ begin if exists (select from public.thing) then alter table public.thing add column sly text;"
    on_staging.revision("0003", by_rows + " end if; end $$;", name="sly")
    document = on_staging.json("apply", "--env", "staging", code=1)
    assert "catalog: column public.thing.sly changed, and did not on the copy" in document["error"]
    assert applied(on_staging, "staging") == ["0002"]


@pytest.mark.slow
def test_from_staging_to_production_and_back(on_staging: DeploymentProject) -> None:
    made = on_staging
    refused = made.json("promote", "--from", "staging", "--to", "production", "--confirm", "production", code=1)
    assert [name for name, ok in gates(refused).items() if not ok] == ["backup", "approval"]
    assert applied(made, "production") == []
    assert made.run("backup", "--env", "production").returncode == 0
    approve = ("approve", refused["plan"][:12], "--reason", "read every statement of it", "--key")
    assert made.run(*approve, str(made.project.base / "bob")).returncode == 0
    unconfirmed = made.run("promote", "--from", "staging", "--to", "production")
    assert (unconfirmed.returncode, applied(made, "production")) == (2, [])
    assert "nobody is here to confirm" in unconfirmed.stderr
    promoted = made.json("promote", "--from", "staging", "--to", "production", "--confirm", "production")
    assert promoted["outcome"] == "succeeded"
    assert all(gates(promoted).values())
    assert applied(made, "production") == ["0002"]
    back = ("rollback", "--env", "production", "--to", "0001", "--confirm", "production")
    closed = made.json(*back, code=1)
    assert [name for name, ok in gates(closed).items() if not ok] == ["backup", "approval"]
    assert made.run("backup", "--env", "production").returncode == 0
    made.json(*back, code=1)
    approve = ("approve", made.json(*back, code=1)["plan"][:12], "--reason", "the build cannot cope with it", "--key")
    assert made.run(*approve, str(made.project.base / "bob")).returncode == 0
    undone = made.json(*back, "--rehearse")
    assert undone["outcome"] == "succeeded"
    assert undone["catalog"]["after"] == promoted["revisions"][0]["catalog"]["after"]
    assert applied(made, "production") == ["0001"]
    ways_back = [one["rollback"] for one in (refused, promoted, undone)]
    assert ways_back == [
        None,
        "rempart rollback --env production --to base",
        "rempart apply --env production --to 0002",
    ]
    verified = made.run("evidence", "verify")
    assert verified.returncode == 0, verified.stdout


@pytest.mark.slow
def test_production_needs_the_same_content_on_staging(on_staging: DeploymentProject) -> None:
    on_staging.revision("0003", "alter table public.thing add column more text;", name="more")
    document = on_staging.json("apply", "--env", "production", "--confirm", "production", code=1)
    assert "revision 0003 was not applied to staging" in details(document, "staging")
    assert "not committed" in details(document, "git")
    assert gates(document)["check"] is False


@pytest.mark.slow
def test_staging_that_cannot_be_asked_is_known_by_its_evidence(on_staging: DeploymentProject) -> None:
    apply = ("apply", "--env", "production", "--confirm", "production")
    (gate,) = [one for one in on_staging.json(*apply, code=1, STAGING_URL="")["gates"] if one["name"] == "staging"]
    assert (gate["ok"], gate["said"]) == (True, "by the evidence folder of staging")
    (file,) = (on_staging.root / "evidence" / "staging").glob("*-apply-*.json")
    file.write_text(file.read_text().replace('"outcome": "succeeded"', '"outcome": "succeeded "'))
    assert "one of them was edited" in details(on_staging.json(*apply, code=1, STAGING_URL=""), "staging")
    file.unlink()
    missing = details(on_staging.json(*apply, code=1, STAGING_URL=""), "staging")
    assert "revision 0001 was not applied to staging" in missing


@pytest.mark.slow
def test_gates_that_are_passed_over_are_recorded(on_staging: DeploymentProject) -> None:
    every = [
        word for gate in ("git", "check", "lint", "staging", "backup", "approval") for word in ("--override", gate)
    ]
    assert on_staging.run("apply", "--env", "production", *every).returncode == 2, "a reason is needed"
    document = on_staging.json(
        "apply", "--env", "production", *every, "--reason", WHY, "--confirm", "production", REMPART_ACTOR="Eve"
    )
    overridden = {one["name"]: one["override"] for one in document["gates"] if one["override"]}
    assert overridden == {name: {"reason": WHY, "by": "Eve"} for name in ("backup", "approval")}
    started = on_staging.value("production", "select content from rempart.deployment_ledger where kind = 'started'")
    assert set(json.loads(started)["overrides"]) == {"backup", "approval"}


@pytest.mark.slow
def test_drift_on_a_protected_target_is_named(on_staging: DeploymentProject) -> None:
    every = [word for gate in ("backup", "approval") for word in ("--override", gate)] + ["--reason", WHY]
    on_staging.json("apply", "--env", "production", *every, "--confirm", "production")
    with on_staging.connect("production", "depot_owner") as owner:
        owner.execute("alter policy thing_select on public.thing using (true)")
    document = on_staging.json("apply", "--env", "production", "--confirm", "production", code=1)
    assert "changed: policy thing_select on public.thing" in details(document, "drift")


@pytest.mark.slow
def test_a_rollback_that_would_lose_rows_is_refused(on_staging: DeploymentProject) -> None:
    with on_staging.connect("staging") as connection:
        connection.execute("insert into public.thing (id, name, note) values (1, 'a', 'b')")
    back = ("rollback", "--env", "staging", "--to", "0001")
    refused = on_staging.json(*back, code=1)
    assert "column public.thing.note (1 row)" in details(refused, "data")
    without_backup = on_staging.json(*back, "--accept-data-loss", code=1)
    assert [name for name, ok in gates(without_backup).items() if not ok] == ["backup"]
    assert on_staging.run("backup", "--env", "staging").returncode == 0
    rehearsed = on_staging.json(*back, "--rehearse", "--dry-run", code=1)
    assert [name for name, ok in gates(rehearsed).items() if not ok] == ["data"]
    done = on_staging.json(*back, "--accept-data-loss")
    assert done["catalog"]["after"] == done["revisions"][0]["catalog"]["after"]
    assert applied(on_staging, "staging") == ["0001"]
    forward = on_staging.run("rollback", "--env", "staging", "--to", "0002")
    assert (forward.returncode, "is not before it" in forward.stderr) == (2, True)


@pytest.mark.slow
def test_a_rollback_that_does_not_lead_back_is_rolled_back(on_staging: DeploymentProject) -> None:
    with on_staging.connect("staging", "depot_owner") as owner:
        owner.execute("create view public.by_hand with (security_invoker) as select id from public.thing")
    document = on_staging.json("rollback", "--env", "staging", "--to", "0001", code=1)
    assert "is not what it was before 0002 was applied" in document["error"]
    assert applied(on_staging, "staging") == ["0002"]


@pytest.mark.slow
def test_a_revision_waits_for_its_maintenance_flag(on_staging: DeploymentProject) -> None:
    on_staging.revision(
        "0003", "alter table public.thing add column more text;", name="more", head='maintenance = ("things_frozen",)'
    )
    missing = on_staging.json("apply", "--env", "staging", code=1)
    assert "things_frozen, required by 0003" in details(missing, "maintenance")
    on_staging.write("flags/frozen.sql", "select count(*) = 0 from public.thing\n")
    pyproject = (on_staging.root / "pyproject.toml").read_text()
    flags = '\n[tool.rempart.deployment.maintenance]\nthings_frozen = "flags/frozen.sql"\n'
    on_staging.write("pyproject.toml", pyproject + flags)
    with on_staging.connect("staging") as connection:
        connection.execute("insert into public.thing (id, name) values (1, 'a')")
        down = on_staging.json("apply", "--env", "staging", code=1)
        assert "it is not up" in details(down, "maintenance")
        connection.execute("delete from public.thing")
    assert on_staging.json("apply", "--env", "staging")["outcome"] == "succeeded"


@pytest.mark.slow
def test_a_revision_that_is_partly_outside_of_a_transaction_is_refused(on_staging: DeploymentProject) -> None:
    on_staging.revision("0003", "alter table public.thing add column x text; vacuum public.thing;", outside=True)
    said = on_staging.run("apply", "--env", "staging")
    assert said.returncode == 1
    assert "runs partly outside of a transaction" in said.stderr


@pytest.mark.slow
def test_a_person_types_the_name_of_the_environment(on_staging: DeploymentProject) -> None:
    every = [word for gate in ("backup", "approval") for word in ("--override", gate)] + ["--reason", WHY]
    assert "not confirmed" in _typed(on_staging, "prodution", "apply", "--env", "production", *every)
    assert applied(on_staging, "production") == []
    said = _typed(on_staging, "production", "apply", "--env", "production", *every)
    assert "create table public.thing" in said, "the SQL is shown before"
    assert applied(on_staging, "production") == ["0002"]


def _typed(made: DeploymentProject, answer: str, *arguments: str) -> str:
    """Run a command on a terminal, and type an answer when it asks."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [REMPART, *arguments],
        cwd=made.root,
        env=made.project.environment | made.variables | {"TERM": "xterm", "COLUMNS": "120"},
        stdin=child,
        stdout=child,
        stderr=child,
    )
    os.close(child)
    said, asked, deadline = "", False, time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            said += os.read(parent, 65536).decode(errors="replace")
        except OSError:
            break
        if not asked and "to go on:" in said:
            asked = True
            os.write(parent, f"{answer}\n".encode())
    process.wait()
    os.close(parent)
    return said
