"""Access control lists taken apart, and the statements that lead from one to another."""

from __future__ import annotations

import pytest

from rempart.catalog.model import Unsupported
from rempart.catalog.privileges import Grant, changes, column_changes, default_changes, grants, owned_by


def test_entries_with_odd_names() -> None:
    found = grants(["=r/own", '"Rôle ""x""=y"=r*w/"o=/n"'])
    assert found == {
        Grant("", "select", False, "own"),
        Grant('Rôle "x"=y', "select", True, "o=/n"),
        Grant('Rôle "x"=y', "update", False, "o=/n"),
    }


@pytest.mark.parametrize(
    ("before", "after", "statements"),
    [
        (["a=r/o"], ["a=rw/o"], ["grant update on table t to a"]),
        (["a=rw/o", "b=rw/o"], ["a=r/o", "b=r/o"], ["revoke update on table t from a, b"]),
        (["a=r*/o"], ["a=r/o"], ["revoke select on table t from a", "grant select on table t to a"]),
        (["a=r/o"], ["a=r*/o"], ["grant select on table t to a with grant option"]),
        (["=r/o"], [], ["revoke select on table t from public"]),
        (["a=r/o"], ["a=r/o"], []),
    ],
)
def test_changes(before: list[str], after: list[str], statements: list[str]) -> None:
    assert changes("table t", grants(before), grants(after), "o") == statements


def test_what_another_role_granted_is_not_written() -> None:
    with pytest.raises(Unsupported, match="x, who is not the owner"):
        changes("table t", grants([]), grants(["a=r/x"]), "o")


def test_columns_together() -> None:
    before = {"a": grants(["u=r/o"]), "b": grants(["u=r/o"])}
    after = {"b": grants(["u=w/o"]), "c": grants(["u=w/o"])}
    assert column_changes("table t", before, after, "o") == [
        "revoke select (b, a) on table t from u",
        "grant update (b, c) on table t to u",
    ]


def test_a_new_owner_takes_over() -> None:
    assert owned_by(["old=rw/old", "a=r/old"], "old", "new") == grants(["new=rw/new", "a=r/new"])


def test_default_privileges() -> None:
    before, after = grants(["=r/o", "a=r*/o"]), grants(["a=rw/o", "b=r*/o"])
    assert default_changes("s x", "o", "tables", before, after) == [
        'alter default privileges for role o in schema "s x" revoke select on tables from public, a',
        'alter default privileges for role o in schema "s x" grant select, update on tables to a',
        'alter default privileges for role o in schema "s x" grant select on tables to b with grant option',
    ]
    assert default_changes("", None, "tables", grants([]), grants(["a=r/o"])) == [
        "alter default privileges grant select on tables to a"
    ]
