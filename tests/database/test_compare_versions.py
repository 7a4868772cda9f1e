"""A live database of any version against the declared state: no noise, and what was changed by hand."""

from __future__ import annotations

import pytest
from servers import Database

from rempart.config import Config
from rempart.revisions.differing import compare_sources
from rempart.sources.source import parse


@pytest.mark.costly
def test_a_live_database_at_head_is_the_declared_state(depot_database: Database, config: Config) -> None:
    live, declared = parse(depot_database.url()), parse("declared")
    found = compare_sources(config, live, declared)
    assert [str(one.identity) for one in found.plan.differences] == []
    with depot_database.connect() as connection:
        connection.execute("create policy oubli on public.clients to anon using (true)")
        connection.execute("grant select on public.clients to anon")
    found = compare_sources(config, live, declared)
    assert [str(one.identity) for one in found.plan.differences] == [
        "table public.clients",
        "policy oubli on public.clients",
    ]
    assert [statement for step in found.plan.steps for statement in step.statements] == [
        "drop policy oubli on public.clients",
        "revoke select on table public.clients from anon",
    ]
