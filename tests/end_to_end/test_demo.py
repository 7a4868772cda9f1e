"""`rempart demo` as a newcomer types it: what it shows, what it leaves, and that a hole makes it fail."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from places import short_root

ROOT = Path(__file__).resolve().parents[2]
REMPART = Path(sys.executable).with_name("rempart")
CHECKS = {
    "STOCK_NEGATIF",
    "STOCK_OVER_CAPACITY",
    "CDR_ARRIVE_STALE",
    "RECEPTION_ECART_15C",
    "SORTIE_ECART_15C",
    "STOCK_DIVERGENCE",
}


def demo(folder: Path, *arguments: str, tmp: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"TMPDIR": str(tmp)} if tmp else {}) | {"COLUMNS": "80"}
    return subprocess.run(
        [REMPART, "demo", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    finished = demo(ROOT, "--format", "json")
    assert finished.returncode == 0, finished.stderr
    result: dict[str, Any] = json.loads(finished.stdout)
    return result


def test_all_revisions_are_applied(shown: dict[str, Any]) -> None:
    files = sorted((ROOT / "migrations/versions").glob("0*.py"))
    assert [r["revision"] for r in shown["applied"]["revisions"]] == [file.name[:4] for file in files]
    assert shown["version"] == 1


def test_each_check_fires_once_and_a_second_sync_only_dates_it(shown: dict[str, Any]) -> None:
    integrity = shown["integrity"]
    assert sorted(alert["check_code"] for alert in integrity["alerts"]) == sorted(CHECKS)
    assert integrity["first_sync"]["inserted"] == len(CHECKS)
    assert integrity["second_sync"] == {"inserted": 0, "refreshed": 6, "reopened": 0, "resolved": 0}
    assert integrity["changed_by_second_sync"] == ["last_detected_at"]


def test_scoped_users_see_part_cadres_all_and_the_others_nothing(shown: dict[str, Any]) -> None:
    access = shown["access"]
    for name, by_persona in access["relations"].items():
        assert by_persona["anon"] == {"select": {"outcome": "refused"}}, name
        assert by_persona["sans_profil"]["select"]["rows"] == 0, name
    tanks = access["relations"]["public.citernes"]
    assert tanks["admin_lubumbashi"]["select"]["rows"] == access["rows"]["public.citernes"] == 6
    assert tanks["operateur_lubumbashi"]["select"]["rows"] == 3


def test_the_anon_verdict_has_figures(shown: dict[str, Any]) -> None:
    anon = shown["anon"]
    assert anon["sees_nothing"] is True
    assert (anon["rows_readable"], anon["functions_executable"], anon["writes_succeeded"]) == (0, 0, 0)
    assert anon["relations"] >= 30 and anon["functions"] >= 30 and anon["write_attempts"] >= 250
    assert anon["not_refused"] == []


def test_the_text_fits_a_terminal_and_leaves_nothing_behind(tmp_path: Path) -> None:
    # A short folder that the server's account can reach, as /tmp is.
    folder = Path(tempfile.mkdtemp(prefix="r", dir=short_root()))
    folder.chmod(0o777)
    try:
        finished = demo(ROOT, tmp=folder)
        assert finished.returncode == 0, finished.stderr
        assert finished.stderr == ""
        headings = ["Applied", "Integrity alerts", "Who sees what", "Anonymous"]
        places = [finished.stdout.index(f"\n{heading}") for heading in headings]
        assert places == sorted(places)
        assert "…" not in finished.stdout
        assert "0 rows readable in" in finished.stdout and "write attempts succeeded" in finished.stdout
        assert not [path for path in folder.iterdir() if not path.name.startswith("rempart-state")]
    finally:
        shutil.rmtree(folder)


HOLES = {
    "a table granted to anon": """
        grant usage on schema public to anon;
        grant select on table public.depots to anon;
        create policy ouvert on public.depots to anon using (true);""",
    "a view with its owner's rights": """
        grant usage on schema public to anon;
        create view public.fuite as select * from public.log_actions;
        grant select on table public.fuite to public;""",
    "a function open to PUBLIC": """
        grant usage on schema public to public;
        create function public.ouverte() returns bigint language sql security definer set search_path = ''
            as 'select count(*) from public.profils';
        grant execute on function public.ouverte() to public;""",
    "a column that anon may update": """
        grant usage on schema public to anon;
        grant update (note) on table public.cours_de_route to anon;""",
}


@pytest.mark.parametrize("hole", [pytest.param(hole, marks=pytest.mark.slow) for hole in HOLES])
def test_a_hole_fails_the_demo_and_is_named(hole: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(".venv", ".git", ".rempart", "tests", "*cache*"))
    last = sorted((project / "migrations/versions").glob("0*.py"))[-1].name[:4]
    (project / "migrations/versions/9999_hole.py").write_text(
        f'"""A hole."""\nfrom rempart.revisions import execute\nrevision = "9999"\ndown_revision = "{last}"\n'
        f"branch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n    execute({HOLES[hole]!r})\n"
        "\n\ndef downgrade() -> None:\n    pass\n"
    )
    finished = demo(project, "--format", "json")
    assert finished.returncode == 1, finished.stderr
    assert "the anonymous session gets through" in finished.stderr
    anon = json.loads(finished.stdout)["anon"]
    assert anon["sees_nothing"] is False
    assert any(
        name in entry["object"]
        for entry in anon["not_refused"]
        for name in ("depots", "fuite", "ouverte", "cours_de_route")
    )
