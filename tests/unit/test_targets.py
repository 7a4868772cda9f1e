"""Environments, before their databases are reached; and who is asked to confirm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rempart.cli import deployment_report, gate_options
from rempart.config import Config
from rempart.deploy.planning import Plan, way_back
from rempart.deploy.target import Target, target_of
from rempart.environment import Environment
from rempart.errors import UsageError


def test_an_environment_whose_record_could_not_be_kept_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", "postgresql://h/d")
    monkeypatch.delenv("APP_ENV", raising=False)
    config = Config.find(Path(__file__))
    for name in ("the shop", "../shop"):
        there = replace(config, environments={name: Environment(name, "SHOP_URL")})
        with pytest.raises(UsageError, match="cannot be the name of an evidence folder"):
            target_of(there, name)
    there = replace(config, environments={"shop-1": Environment("shop-1", "SHOP_URL")})
    assert target_of(there, "shop-1").name == "shop-1"


def test_a_question_that_nobody_answers_is_not_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    def hung_up(_question: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", hung_up)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(deployment_report, "print_before", lambda *_: None)
    target = Target(Config.find(Path(__file__)), Environment("production", "P", protected=True), "")
    plan: Any = SimpleNamespace(steps=(1,), operation="apply")
    with pytest.raises(UsageError, match="not confirmed: nothing is not production"):
        gate_options.confirmation(target, None)(cast(Plan, plan), ())


def test_the_way_back() -> None:
    assert way_back("apply", "staging", "0001") == "rempart rollback --env staging --to 0001"
    assert way_back("rollback", "staging", "0002") == "rempart apply --env staging --to 0002"
    assert way_back("adopt", "production", "unmanaged").startswith("restore the backup")
