"""Where the local database is kept when the user does not say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rempart.config import Config
from rempart.local import instance
from rempart.postgres.account import Account

TABLE = {"database": "depot", "owner": "depot_owner"}


def project(root: Path) -> Config:
    return Config.from_table(TABLE, root / "pyproject.toml")


@pytest.mark.parametrize(("uid", "refused"), [(1000, True), (0, False)])
def test_it_is_kept_in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uid: int, refused: bool) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.setattr(Account, "refused_at", lambda _self, folder: folder if refused else None)
    assert instance.folder_of(project(tmp_path), None) == tmp_path / ".rempart/data"
    assert instance.folder_of(project(tmp_path), Path("x")) == Path("x")


def test_root_keeps_it_elsewhere_when_the_server_could_not_enter_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(Account, "refused_at", lambda _self, folder: folder)
    folder = instance.folder_of(project(tmp_path), None)
    assert folder.parent == instance.FOLDER_FOR_ROOT
    assert folder == instance.folder_of(project(tmp_path), None)
    assert folder != instance.folder_of(project(tmp_path / "other"), None)
    (tmp_path / ".rempart/data").mkdir(parents=True)
    assert instance.folder_of(project(tmp_path), None) == tmp_path / ".rempart/data"
