"""The stock engine's rules over again, in plain Python on Decimal, from the domain's own words, not from the SQL.

A movement is a dated, signed pair of figures on a line (tank, product, owner). Adjustments count from the day of the
movement they correct. Everything is added rounded to a thousandth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

Line = tuple[str, str, str]  # tank, product, owner
Pair = tuple[Decimal, Decimal]  # ambient, at 15 °C
ZERO: Pair = (Decimal(0), Decimal(0))


class Refused(Exception):
    """The business refuses this."""


def thousandth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.001"), ROUND_HALF_UP)


def total(pairs: Iterable[Pair]) -> Pair:
    found = list(pairs)
    return sum((a for a, _ in found), Decimal(0)), sum((b for _, b in found), Decimal(0))


@dataclass
class Tank:
    """A tank as it is now: what it carries, whether it is in service, what it must keep."""

    produit: str
    safety: Decimal
    active: bool = True


@dataclass(frozen=True)
class Posted:
    """Figures on a line from a day on."""

    line: Line
    day: date
    figures: Pair


@dataclass
class Sortie:
    """A sortie as it was entered; its posting once it is validated."""

    tank: str
    produit: str
    owner: str
    ambiant: Decimal
    at_15: Decimal | None
    day: date
    statut: str
    posted: Posted | None = None


@dataclass
class Depot:
    """Tanks, and everything that was posted on their lines."""

    tanks: dict[str, Tank]
    base: list[Posted] = field(default_factory=list)
    adjustments: list[Posted] = field(default_factory=list)
    opened: set[Line] = field(default_factory=set)
    adjusted: set[tuple[int, Pair]] = field(default_factory=set)

    def receive(self, line: Line, day: date, ambiant: Decimal, at_15: Decimal | None) -> Posted:
        """A validated reception; `ambiant` is the difference of the indexes."""
        ambiant = thousandth(ambiant)
        if ambiant <= 0:
            raise Refused("nothing was received")
        self._in_service(line)
        return self._post(Posted(line, day, (ambiant, thousandth(at_15 or Decimal(0)))))

    def validate(self, sortie: Sortie) -> None:
        """Validate a sortie that is a draft, or at its entry."""
        if sortie.at_15 is None:
            raise Refused("no figure at 15 °C")
        line = (sortie.tank, sortie.produit, sortie.owner)
        self._in_service(line)
        ambiant, at_15 = thousandth(sortie.ambiant), thousandth(sortie.at_15)
        stock = self.corrected(line)
        if stock[0] < ambiant or stock[1] < at_15:
            raise Refused("stock insuffisant")
        tank_total = sum((self.corrected(other)[0] for other in self.lines() if other[0] == sortie.tank), Decimal(0))
        if tank_total - ambiant < self.tanks[sortie.tank].safety:
            raise Refused("below the safety stock")
        posting = Posted(line, sortie.day, (-ambiant, -at_15))
        for day in {sortie.day} | {p.day for p in self._all(line) if p.day > sortie.day}:
            left = total([p.figures for p in self._all(line) if p.day <= day] + [posting.figures])
            if min(left) < 0:
                raise Refused(f"the stock of {day} would be negative")
        sortie.posted = self._post(posting)
        sortie.statut = "validee"

    def open(self, line: Line, day: date, ambiant: Decimal, at_15: Decimal) -> None:
        """Declare the opening stock of a line, once."""
        if line in self.opened:
            raise Refused("declared already")
        self._post(Posted(line, day, (thousandth(ambiant), thousandth(at_15))))
        self.opened.add(line)

    def adjust(self, movement: Posted | None, ambiant: Decimal, at_15: Decimal) -> None:
        """Adjust a validated movement; None stands for one that is not validated."""
        figures = thousandth(ambiant), thousandth(at_15)
        if movement is None or figures == ZERO or (id(movement), figures) in self.adjusted:
            raise Refused("no movement to adjust, nothing to adjust, or adjusted already")
        self.adjusted.add((id(movement), figures))
        self.adjustments.append(Posted(movement.line, movement.day, figures))

    # --- what must be found ---------------------------------------------------------------------------------------

    def lines(self) -> set[Line]:
        return {posted.line for posted in self.base}

    def snapshot(self, line: Line) -> Pair:
        return total(p.figures for p in self.base if p.line == line)

    def corrected(self, line: Line) -> Pair:
        return total(p.figures for p in self._all(line))

    def journal(self, line: Line) -> list[tuple[date, Decimal, Decimal]]:
        mine = [p for p in self.base if p.line == line]
        return [(day, *total(p.figures for p in mine if p.day <= day)) for day in sorted({p.day for p in mine})]

    # --- inside ---------------------------------------------------------------------------------------------------

    def _in_service(self, line: Line) -> None:
        tank = self.tanks[line[0]]
        if not tank.active or tank.produit != line[1]:
            raise Refused("the tank is out of service, or carries another product")

    def _all(self, line: Line) -> list[Posted]:
        return [p for p in (*self.base, *self.adjustments) if p.line == line]

    def _post(self, posted: Posted) -> Posted:
        self.base.append(posted)
        return posted
