"""Foreign servers and user mappings: secrets are told apart and never told, and whoever reads sees the same state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from schema_trips import catalog, run, script
from servers import Database

from rempart.catalog.compare import compare
from rempart.catalog.fingerprint import fingerprint
from rempart.catalog.granting import Setup
from rempart.catalog.identity import Identity
from rempart.catalog.kinds.foreign import UserMapping
from rempart.catalog.model import Catalog
from rempart.catalog.plan import Plan, plan
from rempart.catalog.read import read
from rempart.postgres import databases
from rempart.postgres.server import Server, connect
from rempart.report import differences

pytestmark = pytest.mark.one_backend

WRAPPER = "create foreign data wrapper w"
SERVER = "create server s foreign data wrapper w options (host 'h', api_key 'clé-confidentielle')"
MAPPING = "create user mapping for r1 server s options (user 'u', password 'mot-confidentiel')"
SECRETS = ("mot-confidentiel", "clé-confidentielle", "autre-confidentiel")


@pytest.fixture
def empty(own_server: Server) -> Iterator[Database]:
    with connect(own_server.url()) as connection:
        connection.execute("create role r1; create role owner_s; create role loader")
    with databases.throwaway(own_server) as name:
        yield Database(own_server, name, "postgres")


def shown(found: Plan) -> str:
    """Everything that a report says of a plan, in all its forms, and the objects as Python shows them."""
    text = "\n".join(line for line, _ in differences.text(found, "a", "b", ()))
    data = json.dumps(differences.data(found, "a", "b", ()), ensure_ascii=False)
    return "\n".join([text, data, differences.markdown(found, "a", "b", ()), repr(found)])


def digests(of: Catalog) -> list[str]:
    return [secret._digest for one in of.objects.values() for secret in getattr(one, "secrets", ())]


def test_a_secret_is_compared_and_never_told(empty: Database) -> None:
    nothing = catalog(empty)
    run(empty, f"{WRAPPER}; {SERVER}; {MAPPING}")
    first = catalog(empty)
    run(
        empty,
        "alter server s options (set api_key 'autre-confidentiel');"
        "alter user mapping for r1 server s options (set password 'autre-confidentiel')",
    )
    second = catalog(empty)
    assert len(digests(first)) == 2
    found = plan(first, second, Setup("postgres"))
    assert [(str(one.identity), one.changes) for one in found.differences] == [
        ("foreign server s", ("secrets",)),
        ("user mapping of r1 on server s", ("secrets",)),
    ]
    for before, after in ((nothing, first), (first, second), (second, nothing)):
        plans = plan(before, after, Setup("postgres"))
        told = shown(plans)
        assert not [secret for secret in (*SECRETS, *digests(first), *digests(second)) if secret in told]
    assert "password '…'" in shown(found)
    refused = {str(one): why for one, why in plan(nothing, first, Setup("postgres")).refused}
    assert set(refused) == {"foreign server s", "user mapping of r1 on server s"}
    assert "the option password is or may be secret" in refused["user mapping of r1 on server s"]
    assert len(found.refused) == 2
    assert [step.loses for step in plan(second, nothing, Setup("postgres")).losses] == [
        "what user mapping of r1 on server s holds"
    ]


def test_a_mapping_with_a_secret_is_not_made_again(empty: Database) -> None:
    run(empty, f"{WRAPPER}; create foreign data wrapper x; create server s foreign data wrapper w; {MAPPING}")
    before = catalog(empty)
    server = before.objects[Identity("foreign server", "", "s")]
    moved = replace(server, wrapper="x")  # type: ignore[call-arg]
    after = replace(before, objects={**before.objects, server.identity: moved})
    assert [str(one) for one, _ in plan(before, after, Setup("postgres")).refused] == ["user mapping of r1 on server s"]


def test_who_may_not_see_the_options_of_a_mapping_says_so_and_sees_no_difference(empty: Database) -> None:
    run(empty, f"{WRAPPER}; create server s foreign data wrapper w; {MAPPING}; create user mapping for public server s")
    all_of_it = catalog(empty)
    with empty.connect() as connection:
        connection.execute("set role loader")
        part_of_it = read(connection)
    assert part_of_it.not_compared == (
        ("options of a user mapping", "public on s"),
        ("options of a user mapping", "r1 on s"),
    )
    assert all_of_it.not_compared == ()
    assert compare(all_of_it, part_of_it) == compare(part_of_it, all_of_it) == []
    assert fingerprint(all_of_it) == fingerprint(part_of_it)
    run(empty, "alter server s owner to loader")
    with empty.connect() as connection:
        connection.execute("set role loader")
        owners = read(connection)
    hidden = [one for one in owners.objects.values() if isinstance(one, UserMapping) and not one.readable]
    assert [str(one.identity) for one in hidden] == ["user mapping of r1 on server s"]


def test_an_owner_makes_servers_and_leaves_wrappers_to_a_superuser(empty: Database) -> None:
    run(empty, f"{WRAPPER}; grant usage on foreign data wrapper w to owner_s; grant create on schema public to owner_s")
    before = catalog(empty)
    made = (
        "create server s foreign data wrapper w options (host 'h');"
        "alter server s owner to owner_s; create user mapping for public server s options (user 'u');"
        "create foreign table t (a int options (n 'x')) server s; alter foreign table t owner to owner_s"
    )
    run(empty, made)
    after = catalog(empty)
    back = plan(after, before, Setup("owner_s"))
    run(empty, f"set local role owner_s; {script(back)}")
    there = plan(catalog(empty), after, Setup("owner_s"))
    assert not back.refused
    assert not there.refused
    run(empty, f"set local role owner_s; {script(there)}")
    assert compare(catalog(empty), after) == []
    for change in (
        "create foreign data wrapper x", "alter foreign data wrapper x options (a '1')",
        "grant usage on foreign data wrapper x to r1", "drop foreign data wrapper x",
    ):  # fmt: skip
        before = catalog(empty)
        run(empty, change)
        found = plan(before, catalog(empty), Setup("owner_s"))
        assert {(str(one), why) for one, why in found.refused} == {
            ("foreign-data wrapper x", "a superuser has to do it, and owner_s is none")
        }
        assert not found.steps


def test_the_wrapper_of_an_extension_is_the_extensions_but_who_may_use_it_is_read(empty: Database) -> None:
    run(empty, f"{WRAPPER}; alter extension plpgsql add foreign data wrapper w")
    before = catalog(empty)
    assert not [one for one in before.objects if one.kind == "foreign-data wrapper"]
    run(empty, "grant usage on foreign data wrapper w to r1")
    found = plan(before, catalog(empty), Setup("postgres"))
    assert [str(one.identity) for one in found.differences] == ["system object foreign-data wrapper w"]
    assert found.refused
