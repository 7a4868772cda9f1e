"""`python -m benchmarks [NAME …] [--rows N] [--runs N]`: run them; exit 1 when a target is missed."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from benchmarks import catalog, commands, deployments, lint, per_row, rls_tax, sync
from rempart.config import Config

BENCHMARKS = {
    "commands": commands.run,
    "sync": sync.run,
    "per_row": per_row.run,
    "rls_tax": rls_tax.run,
    "lint": lint.run,
    "catalog": catalog.run,
    "deployments": deployments.run,
}


def main() -> int:
    """Run the benchmarks that the command line names, all by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows a table")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each measurement")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    missed = 0
    for name in chosen.names or BENCHMARKS:
        result = BENCHMARKS[name](Config.find(), chosen.rows, chosen.runs)
        result.show(console)
        console.print(f"  written to {result.keep().relative_to(Config.find().root)}")
        missed += len(result.missed)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
