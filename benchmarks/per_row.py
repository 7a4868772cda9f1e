"""For contrast: production's way of writing a policy, a function called for every row, on a twentieth of the rows.

The same rows are read through the project's way, the call wrapped in a sub-select that runs once, and by the owner
with the literal filter. Nothing is judged: the figures say why the policies are written the way they are.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import psycopg

from benchmarks.measure import Result, in_turn
from benchmarks.rls_tax import account, execution_ms, literal_filter
from benchmarks.volume import SQL, depot_server, fill
from rempart.access.personas import Persona, become
from rempart.config import Config

_PART = 20  # the part of the rows that is read: one reading of a million takes half a minute and more
_TABLE = "prises_de_hauteur"


def run(config: Config, rows: int, runs: int) -> Result:
    """Measure both ways for a role that sees all rows and for one that sees its depot.

    Args:
        config: The project.
        rows: Rows of the full size; a twentieth is used.
        runs: Counted pairs.
    """
    part = max(rows // _PART, 100)
    result = Result(
        "per_row", ("policy calls its functions", "role", "policies ms", "literal ms", "ratio"),
        facts={"rows": part, "runs": runs},
    )  # fmt: skip
    with depot_server(config) as server:
        fill(server.url(config.database), ("accounts", "depots", "profils", "citernes", _TABLE), part, 2, 100)
        with (
            psycopg.connect(server.url(config.database, config.owner), autocommit=True) as owner,
            psycopg.connect(server.url(config.database, config.gateway_role), autocommit=True) as gateway,
        ):
            for way in ("once", "per row"):
                if way == "per row":
                    owner.execute((SQL.parent / "per_row_policy.sql").read_bytes())
                for role in ("admin", "lecture"):
                    pair = in_turn(
                        partial(_count_as, gateway, config, role),
                        partial(_count, owner, literal_filter(_TABLE, role)),
                        runs,
                    )
                    result.rows.append([way, role, pair.first, pair.second, pair.ratio])
    return result


def _count_as(gateway: psycopg.Connection[Any], config: Config, role: str) -> float:
    persona = Persona(role, "authenticated", {"sub": account(role), "role": "authenticated"})
    with become(gateway, persona, config):
        return execution_ms(gateway, "count(*)", _TABLE)


def _count(owner: psycopg.Connection[Any], where: str) -> float:
    with owner.transaction():
        return execution_ms(owner, "count(*)", _TABLE, where)
