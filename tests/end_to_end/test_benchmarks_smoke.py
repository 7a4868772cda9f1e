"""The benchmarks run, on so few rows that their figures say nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rempart.config import Config

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def test_the_command_writes_json_and_names_unknown_benchmarks() -> None:
    command = [sys.executable, "-m", "benchmarks"]
    ran = subprocess.run(
        [*command, "per_row", "--rows", "2000", "--runs", "1"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    written = json.loads((ROOT / "benchmarks" / "results" / "per_row.json").read_text())
    assert written["version"] == 1
    assert {row["policy calls its functions"] for row in written["rows"]} == {"once", "per row"}

    refused = subprocess.run([*command, "nothing"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2
    assert "nothing" in refused.stderr


def test_rls_tax_compares_what_shows_the_same_rows(
    importable: None, monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    from benchmarks import rls_tax

    monkeypatch.setattr(rls_tax, "SCENARIOS", (rls_tax.Scenario(2, 20, rls_tax.TABLES),))
    result = rls_tax.run(config, 120, 1)
    assert len(result.rows) == len(rls_tax.TABLES) * len(rls_tax.ROLES)

    monkeypatch.setattr(rls_tax, "SCENARIOS", (rls_tax.Scenario(2, 20, ("receptions",), ("lecture",)),))
    monkeypatch.setattr(rls_tax, "literal_filter", lambda _table, _role: "")
    with pytest.raises(RuntimeError, match="receptions as lecture"):
        rls_tax.run(config, 120, 1)


def test_every_table_with_policies_is_measured(importable: None, config: Config) -> None:
    from benchmarks import rls_tax

    assert set(rls_tax.TABLES) == {file.stem for file in (config.root / "policies").glob("*.sql")}


def test_sync_is_measured_on_alerts_that_stand(importable: None, config: Config) -> None:
    from benchmarks import sync

    result = sync.run(config, 2000, 1)
    assert result.facts["active alerts"] >= 20
    assert not [miss for miss in result.missed if "ratio" not in miss and "sync / read" not in miss]


def test_deployments_of_many_revisions_are_measured(
    importable: None, monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    from benchmarks import deployments

    for name, sizes in {"REVISIONS": (2,), "OBJECTS": (), "DATABASES": (1,)}.items():
        monkeypatch.setattr(deployments, name, sizes)
    result = deployments.run(config, 0, 1)
    assert [row[:2] for row in result.rows] == [
        ["pending revisions", 2],
        ["databases, 1 at a time", 1],
        ["databases, 2 at a time", 1],
    ]
    assert all(row[4] > 20 for row in result.rows), "the memory of the command, in megabytes"
