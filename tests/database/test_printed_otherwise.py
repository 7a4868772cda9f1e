"""Conditions that Postgres prints otherwise once they have come by way of a dump: no deployment stops at them."""

from __future__ import annotations

import pytest
from staging_fixtures import Staging

pytest_plugins = ["staging_fixtures"]
pytestmark = pytest.mark.slow

VIEW = (
    "create or replace view public.doses with (security_invoker = true) as"
    " select id, code from public.dose where (part between 0 and 10 and code <> '') or code in ('a', 'b')"
)
BEFORE = f"""create table public.dose (
    id int primary key,
    code varchar(9) check (code in ('a', 'b')),
    part numeric check (part between 0 and 1000 and code <> ''),
    other int check ((part, other) = (1, 2) and code <> 'z'),
    limits int check (limits between symmetric 2 and 1 or other in (limits, 3) or code = 'a')
);
alter table public.dose enable row level security;
revoke all on public.dose from anon, authenticated;
{VIEW};
revoke all on public.doses from anon, authenticated"""
TOUCHED = {
    "a type under a list": (
        "drop view public.doses; alter table public.dose alter column code type varchar(20); "
        f"{VIEW}; revoke all on public.doses from anon, authenticated"
    ),
    "a type under between": (
        f"drop view public.doses; alter table public.dose alter column part type numeric(12, 3); {VIEW};"
        " revoke all on public.doses from anon, authenticated"
    ),
    "a type under what nobody undoes": "alter table public.dose alter column limits type bigint",
    "a view by itself": VIEW,
    "something else": "alter table public.dose add column note text",
}


@pytest.mark.parametrize("name", TOUCHED)
def test_what_a_revision_touches(staging: Staging, name: str) -> None:
    staging.write("0002", BEFORE)
    assert staging.run().code == 0
    staging.write("0003", TOUCHED[name], after="0002")
    ran = staging.run()
    assert ran.code == 0, ran
    assert staging.revision == "0003"
