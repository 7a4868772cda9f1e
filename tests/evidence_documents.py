"""Documents of deployments, and ledgers that tell of them, for the tests of the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rempart.config import Config
from rempart.deploy.record import evidence, ledger
from rempart.deploy.record.ledger import Entry, Marker
from rempart.deploy.record.verification import Recorded, verify

DATABASE = "5b1c6f3e-0f5b-4c0e-9a56-2f6f4f5f0a11"
OTHER_DATABASE = "99999999-0f5b-4c0e-9a56-2f6f4f5f0a11"


def document(number: int = 1, database: str | None = DATABASE, **changed: Any) -> dict[str, Any]:
    """A deployment of one revision to staging."""
    revision = f"{number:04}"
    return {
        "version": 1,
        "id": f"20261122T1515{number:02}Z-apply-3f2a9c",
        "operation": "apply",
        "environment": "staging",
        "database": {"id": database, "name": "depot", "server": "Postgres 18"},
        "actor": "Alice Martin <alice@example.com>",
        "requested_by": "Bob <bob@example.com>",
        "release": "v1.2",
        "commit": "e7fbd14406bc31422ecca42e0a2d78959c941055",
        "started_at": f"2026-11-22T15:15:{number:02}Z",
        "finished_at": f"2026-11-22T15:16:{number:02}Z",
        "seconds": 60.2,
        "outcome": "succeeded",
        "error": None,
        "from": f"{number - 1:04}",
        "to": revision,
        "plan": "ab" * 32,
        "revisions": [
            {
                "revision": revision,
                "message": "Depots see their own tanks",
                "direction": "upgrade",
                "sha256": "cd" * 32,
                "sql": "alter policy p on public.citernes using (depot = (select app.depot()));\n",
                "outcome": "done",
                "seconds": 0.21,
                "attempts": 2,
                "catalog": {"before": "1" * 64, "after": "2" * 64},
                "integrity": {"STOCK_NEGATIF": 1},
                "changes": [{"action": "alter", "object": "policy p on public.citernes", "fields": ["using"]}],
            }
        ],
        "gates": [
            {"name": "lint", "ok": True, "said": "no finding", "details": [], "seconds": 0.4, "override": None},
            {
                "name": "backup",
                "ok": False,
                "said": "30 hours old",
                "details": ["taken 2026-11-21 09:00 UTC", "24 hours at most"],
                "seconds": 0.1,
                "override": {"reason": "restored by hand this morning", "by": "Carol"},
            },
            {"name": "approval", "ok": True, "said": "by Dan <dan@example.com>", "details": [], "override": None},
        ],
        "catalog": {"before": "1" * 64, "after": "2" * 64},
        "integrity": {"before": {"STOCK_NEGATIF": 2}, "after": {"STOCK_NEGATIF": 1, "CITERNE_VIDE": 3}},
        "access": [
            {
                "subject": "public.clients", "persona": "admin", "command": "select",
                "before": "all rows", "after": "denied", "wider": False,
            },
            {
                "subject": "public.citernes", "persona": "chef", "command": "select",
                "before": "denied", "after": "own rows", "wider": True,
            },
        ],
        "anon": {"relations": 13, "rows": [], "writable": [], "functions": []},
        "rollback": f"rempart rollback --env staging --to {number - 1:04}",
        **changed,
    }  # fmt: skip


def chain(contents: Iterable[tuple[str, str, Mapping[str, Any]]], database: str = DATABASE) -> list[Entry]:
    """A ledger that holds, made without a database."""
    entries: list[Entry] = []
    at = datetime(2026, 11, 22, 15, 15, tzinfo=UTC)
    for number, (kind, deployment, content) in enumerate(contents, 1):
        previous = entries[-1].digest if entries else ledger.origin(database)
        bare = Entry(number, at + timedelta(seconds=number), kind, deployment, content, previous, "")
        entries.append(Entry(*(*vars(bare).values(),)[:-1], digest=ledger.digest_of(bare)))
    return entries


def ledger_of(*documents: Mapping[str, Any], database: str = DATABASE) -> list[Entry]:
    """The ledger of deployments: each began and ended."""
    contents: list[tuple[str, str, Mapping[str, Any]]] = []
    for one in documents:
        contents.append(("started", one["id"], {"to": one["to"]}))
        contents.append(("finished", one["id"], evidence.recorded(one)))
    return chain(contents, database)


def keep(config: Config, entries: Iterable[Entry]) -> list[Path]:
    """Write the evidence of a ledger, as deployments do."""
    return [evidence.write(config, one.content["document"], one) for one in entries if "document" in one.content]


def config_in(root: Path) -> Config:
    """A project in a folder, with the environment `staging`."""
    table = {"database": "depot", "owner": "o", "environments": {"staging": {"url_env": "STAGING_URL"}}}
    return Config.from_table(table, root / "pyproject.toml")


def kept_entries(config: Config) -> list[Entry]:
    """Three deployments, with their evidence."""
    made = ledger_of(document(1), document(2), document(3))
    keep(config, made)
    return made


def folder(config: Config) -> Path:
    """The evidence of `staging`."""
    return config.deployment.evidence / "staging"


def recorded(entries: list[Entry], **changed: Any) -> Recorded:
    """What a database says whose ledger has these entries."""
    made = Recorded(Marker("staging", DATABASE), tuple(entries))
    return replace(made, **changed)


def said(config: Config, entries: list[Entry] | None, **changed: Any) -> str:
    """Every problem, a line each."""
    found = verify(config, "staging", None if entries is None else recorded(entries, **changed))
    return "\n".join(f"{one.subject}: {one.reason}" for one in found.problems)
