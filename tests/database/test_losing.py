"""What a rollback would lose, counted by the owner of the tables."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from rempart.catalog.compare import Difference
from rempart.catalog.read import read
from rempart.deploy.gates import losing
from rempart.deploy.gates.situation import Situation

pytestmark = pytest.mark.one_backend


def lost(connection: Any) -> tuple[bool, tuple[str, ...]]:
    """What dropping the table public.kept and its column would lose."""
    objects = read(connection).objects
    dropped = [
        Difference(one, made, None)
        for one, made in objects.items()
        if (one.kind, one.name) == ("table", "kept") or (one.kind, one.name, one.part) == ("column", "other", "note")
    ]
    effect = SimpleNamespace(step=SimpleNamespace(direction="downgrade"), changes=dropped)
    situation: Any = SimpleNamespace(
        connection=connection, allow_data_loss=False, plan=SimpleNamespace(effects=[effect])
    )
    check = losing.data(cast(Situation, situation))
    return check.ok, check.details


def test_rows_that_row_security_hides_from_their_owner_are_not_taken_for_none(platform_database: Any) -> None:
    with platform_database.connect(platform_database.owner) as owner:
        owner.execute("create table public.kept (id int); create table public.other (id int, note text)")
        assert lost(owner) == (True, ())
        owner.execute("insert into public.kept values (1), (2); insert into public.other values (1, null)")
        ok, details = lost(owner)
        assert (ok, details[0]) == (False, "table public.kept (2 rows)")
        owner.execute("alter table public.kept enable row level security, force row level security")
        ok, details = lost(owner)
        assert not ok
        assert details[0].startswith("table public.kept (not counted: query would be affected by row-level security")
