"""The probe of `rempart demo`: each outcome is what really happened, and planted holes are seen."""

from __future__ import annotations

import pytest
from servers import Database

from rempart.access.personas import Persona, load_personas
from rempart.access.probe import Outcome, count_rows, relations, try_functions, try_reads, try_writes
from rempart.config import Config
from rempart.errors import UsageError

ANON = Persona("anon", "anon", {"role": "anon"})


def outcomes(database: Database, config: Config, persona: Persona = ANON) -> dict[tuple[str, str], Outcome]:
    with database.connect() as catalog, database.connect(config.gateway_role) as gateway:
        found = relations(catalog)
        attempts = [
            *try_reads(gateway, persona, found, config),
            *try_writes(gateway, persona, found, config),
            *try_functions(gateway, catalog, persona, config),
        ]
    return {(attempt.subject, attempt.action): attempt.outcome for attempt in attempts}


def plant(database: Database, *statements: str) -> None:
    with database.connect(database.owner) as owner:
        owner.execute("grant usage on schema public to anon")
        for statement in statements:
            owner.execute(statement)


def test_anon_is_refused_everywhere(sample_database: Database, config: Config) -> None:
    found = outcomes(sample_database, config)
    assert set(found.values()) == {Outcome.REFUSED}
    assert ("auth.users", "select") in found and ("rempart.alembic_version", "truncate") in found


def test_each_kind_of_hole_is_seen(sample_database: Database, config: Config) -> None:
    plant(
        sample_database,
        "grant select on public.depots to anon",
        "grant update (adresse) on public.clients to public",
        "grant truncate on public.system_alerts_history to anon",
        "create sequence public.compteur",
        "grant usage on sequence public.compteur to anon",
        "create view public.fuite as select * from public.log_actions",
        "grant select, delete on public.fuite to anon",
        "create function public.ouverte(p int) returns int language sql as 'select 1'",
        "grant execute on function public.ouverte(int) to anon",
        """create function public.refuse() returns int language plpgsql as
            $$ begin raise exception 'no' using errcode = 'insufficient_privilege'; end $$""",
        "grant execute on function public.refuse() to anon",
    )
    found = outcomes(sample_database, config)
    # Row security without a policy for anon: the privilege alone shows no row, and is not a refusal.
    assert found["public.depots", "select"] is Outcome.NOTHING
    assert found["public.clients", "update (adresse)"] is Outcome.NOTHING
    assert found["public.clients", "update (nom)"] is Outcome.REFUSED
    assert found["public.system_alerts_history", "truncate"] is Outcome.UNDECIDED
    assert found["public.compteur", "nextval"] is Outcome.DONE
    assert found["public.fuite", "select"] is Outcome.DONE
    # The view deletes with its owner's rights; only the guard of the log stopped it.
    assert found["public.fuite", "delete"] is Outcome.UNDECIDED
    assert found["ouverte(integer)", "execute"] is Outcome.DONE
    # It was called: what it said afterwards is not a refusal of the call.
    assert found["refuse()", "execute"] is Outcome.UNDECIDED
    assert sum(outcome is not Outcome.REFUSED for outcome in found.values()) == 9


def test_attempts_change_nothing(sample_database: Database, config: Config) -> None:
    service = Persona("service", "service_role", {"role": "service_role"})
    with sample_database.connect() as catalog:
        found = relations(catalog)
        before = count_rows(catalog, found)
        done = outcomes(sample_database, config, service)
        assert done["public.sorties_produit", "delete"] is not Outcome.REFUSED
        assert count_rows(catalog, found) == before


def test_personas_must_be_readable(tmp_path: object, config: Config) -> None:
    assert load_personas(config)["anon"].role == "anon"
    broken = config.__class__(**{**vars(config), "personas": config.root / "pyproject.toml"})
    with pytest.raises(UsageError, match="does not list personas"):
        load_personas(broken)
