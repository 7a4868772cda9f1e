"""Real SSH keys, plans to sign, and a project that says who may."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rempart.config import Config
from rempart.deploy.planfile import id_of

DATABASE = "6f6b0f0e-0000-4000-8000-000000000001"


def make_key(folder: Path, name: str, *options: str) -> Path:
    """A new key without a passphrase."""
    key = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key), *options], check=True)
    return key


def public(key: Path) -> str:
    """Type and key, as files of signers have them."""
    return " ".join(key.with_name(key.name + ".pub").read_text().split()[:2])


def plan(**changed: Any) -> dict[str, Any]:
    """A plan, with its id."""
    made: dict[str, Any] = {
        "version": 1,
        "operation": "apply",
        "environment": "production",
        "database": DATABASE,
        "state": "a" * 64,
        "from": "0010",
        "to": "0011",
        "revisions": [{"revision": "0011", "direction": "upgrade", "sha256": "b" * 64}],
        "requested_by": "Alice <alice@example.com>",
        "created_at": "2026-11-22T10:00:00Z",
    } | changed
    return {"plan": id_of(made), **made}


@dataclass
class Signing:
    """A project with keys of three people, two of whom may approve."""

    root: Path
    approval: tuple[str, ...] = ("ssh",)
    keys: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        folder = self.root / "keys"
        folder.mkdir(parents=True)
        for name in ("alice", "bob", "mallory"):
            self.keys[name] = make_key(folder, name)
        self.allow("alice@example.com", "alice")
        self.allow("bob@example.com", "bob")

    @property
    def config(self) -> Config:
        """The project."""
        table = {
            "database": "depot",
            "owner": "depot_owner",
            "environments": {"production": {"url_env": "PRODUCTION_URL", "approval": list(self.approval)}},
        }
        return Config.from_table(table, self.root / "pyproject.toml")

    @property
    def allowed(self) -> Path:
        """The file of those who may approve."""
        return self.root / "policies" / "allowed_signers"

    def allow(self, principal: str, key: str, options: str = 'namespaces="rempart-approval"') -> None:
        """Let somebody approve."""
        self.allowed.parent.mkdir(exist_ok=True)
        with self.allowed.open("a") as file:
            file.write(" ".join(filter(None, [principal, options, public(self.keys[key])])) + "\n")

    def write_plan(self, plan: Mapping[str, Any]) -> Path:
        """Write a plan where plans are."""
        file = self.root / "evidence" / str(plan["environment"]) / "plans" / f"{plan['plan'][:12]}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(plan, indent=2))
        return file
