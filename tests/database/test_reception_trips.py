"""A reception closes its trip: an operator closes only trips that he sees."""

from __future__ import annotations

import pytest
from depot import DEPOT_B, TANK_A, Depot
from psycopg.errors import InsufficientPrivilege

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly


@pytest.mark.parametrize("statut", ["ARRIVE", "TRANSIT"])
def test_an_operator_cannot_close_a_trip_of_another_depot_nor_learn_of_it(depot: Depot, statut: str) -> None:
    elsewhere = depot.trip(statut, plaque="BB01", depot_destination_id=DEPOT_B)
    before = depot.state()
    for trip in (elsewhere, "00000000-0000-4000-8000-0000000000aa"):
        with pytest.raises(InsufficientPrivilege):
            depot.reception(user="operateur_a", citerne_id=TANK_A, cours_de_route_id=trip)
    assert depot.state() == before


def test_he_closes_his_own_and_a_manager_closes_any(depot: Depot) -> None:
    own = depot.trip(plaque="AA01")
    elsewhere = depot.trip(plaque="BB01", depot_destination_id=DEPOT_B)
    depot.reception(user="operateur_a", cours_de_route_id=own)
    depot.reception(user="gerant_a", cours_de_route_id=elsewhere)
    for trip in (own, elsewhere):
        assert depot.value("select statut from public.cours_de_route where id = %s", [trip]) == "DECHARGE"
