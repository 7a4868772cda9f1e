"""The fingerprint of a database stays what it is when the database is restored from a dump."""

from __future__ import annotations

import pytest
from schema_trips import catalog, run
from servers import Database
from test_round_trips import CASES, Case

from rempart.catalog.compare import compare
from rempart.catalog.fingerprint import fingerprint
from rempart.postgres import databases
from rempart.postgres.dump import bring_over

pytestmark = pytest.mark.one_backend

PRINTED_OTHERWISE = [
    case for case in CASES if case.name.split(": ")[1].startswith(("BETWEEN", "lists", "values of a", "rows that"))
]


@pytest.mark.parametrize("case", PRINTED_OTHERWISE, ids=[case.name for case in PRINTED_OTHERWISE])
def test_a_restored_database_has_the_same_fingerprint(case: Case, empty: Database) -> None:
    run(empty, case.base)
    run(empty, case.change)
    with databases.throwaway(empty.server) as name:
        bring_over(empty.url(), empty.server, name)
        restored = Database(empty.server, name, "postgres")
        before, after = catalog(empty), catalog(restored)
        assert compare(before, after), "nothing is printed otherwise: the test proves nothing"
        assert fingerprint(before) == fingerprint(after)
        run(restored, "create table another (a int check (a between 0 and 1 and a <> 3))")
        another = fingerprint(catalog(restored))
        assert another != fingerprint(after)
        run(restored, "drop table another; create table another (a int check (a between 0 and 1 and a <> 4))")
        assert fingerprint(catalog(restored)) not in (another, fingerprint(after))


def test_a_condition_that_is_grouped_otherwise_has_another_fingerprint(empty: Database) -> None:
    run(empty, "create table t (a boolean, b boolean, c boolean, check (a and (b or c)))")
    before = fingerprint(catalog(empty))
    run(empty, "alter table t drop constraint t_check; alter table t add check ((a and b) or c)")
    assert fingerprint(catalog(empty)) != before
