"""Timing of pairs, and how results are shown and kept."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass
class Result:
    """What a benchmark measured.

    Attributes:
        name: The benchmark.
        headings: Column headings of its rows.
        rows: One list of cells a row.
        missed: Targets that were missed, in words; empty when all were met.
        facts: Whatever else should be kept: sizes, settings, versions.
    """

    name: str
    headings: Sequence[str]
    rows: list[list[Any]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def show(self, console: Console) -> None:
        """Print the table and the verdict.

        Args:
            console: Where to.
        """
        table = Table(box=None, padding=(0, 0, 0, 2), header_style="dim")
        for place, heading in enumerate(self.headings):
            table.add_column(heading, justify="left" if place == 0 else "right", no_wrap=True)
        for row in self.rows:
            table.add_row(*(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row))
        console.print(f"\n[bold]{self.name}[/]  {', '.join(f'{k} {v}' for k, v in self.facts.items())}")
        console.print(table)
        for miss in self.missed:
            console.print(f"  [red]missed[/]: {miss}")
        if not self.missed:
            console.print("  [green]targets met[/]")

    def keep(self) -> Path:
        """Write it as JSON.

        Returns:
            The file.
        """
        RESULTS.mkdir(exist_ok=True)
        file = RESULTS / f"{self.name}.json"
        rows = [dict(zip(self.headings, row, strict=True)) for row in self.rows]
        text = {"version": 1, "benchmark": self.name, "facts": self.facts, "rows": rows, "missed": self.missed}
        file.write_text(json.dumps(text, indent=2, ensure_ascii=False, default=str) + "\n")
        return file


@dataclass(frozen=True)
class Pair:
    """Two things measured in turn, A B A B …

    Attributes:
        first: Median of the first, in milliseconds.
        second: Median of the second, in milliseconds.
        ratio: Median of first / second, pair by pair: it holds when the machine's speed drifts.
    """

    first: float
    second: float
    ratio: float


def in_turn(first: Callable[[], float], second: Callable[[], float], runs: int) -> Pair:
    """Measure two things in turn, after one run of each that is not counted.

    Args:
        first: Runs the first and returns its milliseconds.
        second: Runs the second and returns its milliseconds.
        runs: Counted pairs.
    """
    first(), second()
    pairs = [(first(), second()) for _ in range(runs)]
    return Pair(
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )
