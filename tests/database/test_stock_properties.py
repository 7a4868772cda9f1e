"""Any interleaving of movements leaves journal, snapshot and rebuild in agreement, with the model and each other.

40 sequences by default; `REMPART_HYPOTHESIS_PROFILE=fuzz` runs 2,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
import stock_model as model
from depot import (
    CLIENT,
    DEPOT_A,
    DEPOT_B,
    ESSENCE,
    GASOIL,
    PARTENAIRE,
    SAFETY,
    TANK_B,
    TANK_ESSENCE,
    USERS,
    ZONES,
    Depot,
)
from hypothesis import event, given, note
from hypothesis import strategies as st

# Every backend in a run of everything; the first one in the quick run.
pytestmark = pytest.mark.costly

D = Decimal
FIRST = datetime(2025, 3, 1, tzinfo=UTC)
TANKS = (TANK_ESSENCE, TANK_B)  # another product, another zone
ZONE = {TANK_ESSENCE: ZoneInfo(ZONES[DEPOT_A]), TANK_B: ZoneInfo(ZONES[DEPOT_B])}
GERANT, ADMIN = USERS["gerant_a"], USERS["admin_a"]


# --- what a sequence is made of -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reception:
    tank: str
    owner: str
    produit: str | None  # None: the tank's
    avant: Decimal
    volume: Decimal
    v15: Decimal | None
    corrige: Decimal | None
    day: int
    rejected: bool


@dataclass(frozen=True)
class Exit:
    tank: str
    owner: str
    produit: str | None
    volume: Decimal
    v15: Decimal | None
    corrige: Decimal | None
    hours: int
    statut: str


@dataclass(frozen=True)
class Edit:
    which: int
    volume: Decimal
    v15: Decimal | None
    hours: int


@dataclass(frozen=True)
class End:
    which: int
    how: str


@dataclass(frozen=True)
class Adjustment:
    which: int
    ambiant: Decimal
    v15: Decimal


@dataclass(frozen=True)
class Opening:
    tank: str
    owner: str
    ambiant: Decimal
    v15: Decimal
    hours: int


@dataclass(frozen=True)
class Service:
    tank: str
    active: bool
    produit: str


def decimals(low: str, high: str, places: int = 3) -> st.SearchStrategy[Decimal]:
    return st.decimals(D(low), D(high), places=places)


# Round figures meet each other and the floor; the others show rounding.
VOLUMES = st.sampled_from([D("0.001"), D(500), D(1_000), D("1000.001"), D(3_000), D(8_500)]) | decimals(
    "0.001", "9000", 4
).map(lambda volume: max(volume, D("0.001")))
AT_15 = st.none() | VOLUMES
SIGNED = st.sampled_from([D(0), D("0.0004"), D("-0.0005"), D(-1_000), D(1_000)]) | decimals("-5000", "5000", 4)
TANK, OWNER = st.sampled_from(TANKS), st.sampled_from(["MONALUXE", "PARTENAIRE"])
PRODUIT = st.sampled_from([None, None, None, GASOIL, ESSENCE])
DAYS, HOURS, WHICH = st.integers(0, 6), st.integers(0, 6 * 24), st.integers(0, 50)
STATUT = st.sampled_from(["validee", "validee", "brouillon", "brouillon", "rejetee"])
RARELY = st.sampled_from([False, False, False, True])
STEPS = st.lists(
    st.one_of(
        st.builds(Reception, TANK, OWNER, PRODUIT, decimals("0", "100", 4), VOLUMES, AT_15, AT_15, DAYS, RARELY),
        st.builds(Reception, TANK, OWNER, st.none(), st.just(D(0)), st.just(D(9_000)), st.just(D(8_900)), st.none(),
                  DAYS, st.just(False)),
        st.builds(Exit, TANK, OWNER, PRODUIT, VOLUMES, AT_15, AT_15, HOURS, STATUT),
        st.builds(Exit, TANK, OWNER, st.none(), VOLUMES, VOLUMES, st.none(), HOURS, st.just("validee")),
        st.builds(Edit, WHICH, VOLUMES, AT_15, HOURS),
        st.builds(End, WHICH, st.sampled_from(["validee", "validee", "rejetee", "delete"])),
        st.builds(Adjustment, WHICH, SIGNED, SIGNED),
        st.builds(Opening, TANK, OWNER, st.just(D(0)) | VOLUMES, st.just(D(0)) | VOLUMES, HOURS),
        st.builds(Service, TANK, RARELY.map(lambda rarely: not rarely), st.sampled_from([GASOIL, ESSENCE])),
    ),
    min_size=4,
    max_size=24,
)  # fmt: skip


# --- one run: every step in the database and in the model ---------------------------------------------------------


class Run:
    """A sequence at work: the database, the model, and what both know of movements by number."""

    def __init__(self, depot: Depot) -> None:
        depot.reset()
        self.depot, self.gateway = depot, depot.gateway
        self.model = model.Depot({TANK_ESSENCE: model.Tank(ESSENCE, D(SAFETY)), TANK_B: model.Tank(GASOIL, D(SAFETY))})
        self.sorties: list[tuple[str, model.Sortie]] = []
        self.receptions: list[tuple[str, model.Posted | None]] = []
        self.chosen: list[str] = []

    def step(self, step: Any) -> None:
        """One statement: refused by both, or done by both; refused, it leaves no trace."""
        before = self.depot.state()
        self.chosen = [known for known, _ in self.sorties]  # the model forgets a draft that it deletes
        try:
            expected, commit = self.predict(step)
        except model.Refused as refusal:
            note(f"{step} is refused: {refusal}")
            event(f"{type(step).__name__} refused: {str(refusal)[:12]}")
            with pytest.raises((psycopg.errors.IntegrityError, psycopg.errors.DataError)):
                self.enter(step)
            assert self.depot.state() == before
            return
        note(f"{step} is done")
        event(f"{type(step).__name__} done")
        found = self.enter(step)
        if expected is None:  # nothing such to touch
            assert found in (None, 0)
            assert self.depot.state() == before
        else:
            commit(found)

    def predict(self, step: Any) -> tuple[Any, Any]:
        """What the model expects, and what to remember once the database agrees. Raises Refused."""
        if isinstance(step, Reception):
            return True, self._received(step)
        if isinstance(step, Exit):
            return True, self._entered(step)
        if isinstance(step, Edit | End):
            return self._changed(step)
        if isinstance(step, Adjustment):
            self.model.adjust(self._movement(step.which)[2], step.ambiant, step.v15)
        elif isinstance(step, Opening):
            line = (step.tank, self.model.tanks[step.tank].produit, step.owner)
            self.model.open(line, local_day(step.tank, step.hours), step.ambiant, step.v15)
        else:
            tank = self.model.tanks[step.tank]
            tank.active, tank.produit = step.active, step.produit
        return True, lambda found: None

    def _received(self, step: Reception) -> Any:
        posted = None
        if not step.rejected:
            line = (step.tank, step.produit or self.model.tanks[step.tank].produit, step.owner)
            at_15 = step.corrige if step.v15 is None else step.v15
            posted = self.model.receive(line, reception_day(step.day), step.volume, at_15)
        return lambda found: self.receptions.append((found, posted))

    def _entered(self, step: Exit) -> Any:
        sortie = model.Sortie(
            step.tank, step.produit or self.model.tanks[step.tank].produit, step.owner, step.volume,
            step.corrige if step.v15 is None else step.v15, local_day(step.tank, step.hours), step.statut,
        )  # fmt: skip
        if step.statut == "validee":
            self.model.validate(sortie)
        return lambda found: self.sorties.append((found, sortie))

    def _changed(self, step: Edit | End) -> tuple[Any, Any]:
        chosen = self._sortie(step.which)
        if chosen is None or chosen[1].statut != "brouillon":
            return None, None
        sortie = chosen[1]
        if isinstance(step, Edit):
            sortie.ambiant, sortie.day = step.volume, local_day(sortie.tank, step.hours)
            sortie.at_15 = step.v15
        elif step.how == "validee":
            self.model.validate(sortie)
        elif step.how == "rejetee":
            sortie.statut = "rejetee"
        else:
            self.sorties.remove(chosen)
        return True, lambda found: None

    def _sortie(self, which: int) -> tuple[str, model.Sortie] | None:
        return self.sorties[which % len(self.sorties)] if self.sorties else None

    def _movement(self, which: int) -> tuple[str, str, model.Posted | None]:
        known = [("RECEPTION", *r) for r in self.receptions] + [("SORTIE", i, s.posted) for i, s in self.sorties]
        return known[which % len(known)] if known else ("RECEPTION", PARTENAIRE, None)

    # --- the same, in the database --------------------------------------------------------------------------------

    def enter(self, step: Any) -> Any:
        """Send the statement that the application would send; the new id, or how many rows were touched."""
        if isinstance(step, Reception):
            return self.depot.insert(
                "gerant_a", "receptions", citerne_id=step.tank, produit_id=step.produit or self._produit(step.tank),
                proprietaire_type=step.owner, partenaire_id=PARTENAIRE, index_avant=step.avant,
                index_apres=step.avant + step.volume, volume_15c=step.v15, volume_corrige_15c=step.corrige,
                date_reception=reception_day(step.day), statut="rejetee" if step.rejected else "validee",
            )  # fmt: skip
        if isinstance(step, Exit):
            return self.depot.insert(
                "gerant_a", "sorties_produit", citerne_id=step.tank, client_id=CLIENT, partenaire_id=PARTENAIRE,
                produit_id=step.produit or self._produit(step.tank), proprietaire_type=step.owner,
                volume_ambiant=step.volume, volume_15c=step.v15, volume_corrige_15c=step.corrige,
                date_sortie=FIRST + timedelta(hours=step.hours), statut=step.statut,
            )  # fmt: skip
        if isinstance(step, Edit | End):
            return self._enter_change(step)
        if isinstance(step, Adjustment):
            kind, movement, _ = self._movement(step.which)
            return self.depot.adjustment(kind, movement, step.ambiant, step.v15)
        if isinstance(step, Opening):
            return self.depot.opening(
                step.ambiant, step.v15, tank=step.tank, produit=self._produit(step.tank), owner=step.owner,
                declared_at=FIRST + timedelta(hours=step.hours),
            )  # fmt: skip
        return self.gateway.change(
            ADMIN, "update public.citernes set statut = %s, produit_id = %s where id = %s",
            ("active" if step.active else "maintenance", step.produit, step.tank),
        )  # fmt: skip

    def _enter_change(self, step: Edit | End) -> int | None:
        if not self.chosen:
            return None
        chosen = self.chosen[step.which % len(self.chosen)]
        if isinstance(step, Edit):
            moment = FIRST + timedelta(hours=step.hours)
            return self.gateway.change(
                GERANT,
                "update public.sorties_produit set volume_ambiant = %s, volume_15c = %s, volume_corrige_15c = null,"
                " date_sortie = %s where id = %s",
                (step.volume, step.v15, moment, chosen),
            )
        if step.how == "delete":
            return self.gateway.change(GERANT, "delete from public.sorties_produit where id = %s", (chosen,))
        return self.gateway.change(
            GERANT, "update public.sorties_produit set statut = %s where id = %s", (step.how, chosen)
        )

    def _produit(self, tank: str) -> str:
        return self.model.tanks[tank].produit

    # --- agreement ------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Journal, snapshot, rebuild, corrected view and model: all the same, exactly."""
        expected = {line: (self.model.snapshot(line), self.model.journal(line)) for line in self.model.lines()}
        assert self.accounts() == expected
        with self.depot.owner.transaction(force_rollback=True):
            assert self.depot.value("select lignes_corrigees from public.rebuild_stocks()") == 0
            assert self.accounts() == expected
        corrected = self.depot.rows(
            "select citerne_id::text, produit_id::text, proprietaire_type, stock_ambiant::numeric, stock_15c::numeric"
            " from public.v_stock_actuel"
        )
        assert {row[:3]: row[3:] for row in corrected} == {
            line: self.model.corrected(line) for line in self.model.lines()
        }

    def accounts(self) -> dict[model.Line, tuple[model.Pair, list[Any]]]:
        line = "citerne_id::text, produit_id::text, proprietaire_type"
        figures = "stock_ambiant::numeric, stock_15c::numeric"
        found: dict[model.Line, tuple[model.Pair, list[Any]]] = {
            row[:3]: (row[3:], []) for row in self.depot.rows(f"select {line}, {figures} from public.stocks_snapshot")
        }
        for row in self.depot.rows(
            f"select {line}, date_jour, {figures} from public.stocks_journaliers order by date_jour"
        ):
            found.setdefault(row[:3], (model.ZERO, []))[1].append(row[3:])
        return found


def reception_day(day: int) -> date:
    return FIRST.date() + timedelta(days=day)


def local_day(tank: str, hours: int) -> date:
    return (FIRST + timedelta(hours=hours)).astimezone(ZONE[tank]).date()


@pytest.mark.timeout(3_600)
@given(steps=STEPS)
def test_any_interleaving_agrees_with_the_model(depot: Depot, steps: list[Any]) -> None:
    run = Run(depot)
    for step in steps:
        run.step(step)
        run.check()
