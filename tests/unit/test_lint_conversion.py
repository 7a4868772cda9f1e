"""Trees made quickly are the trees that the parser makes."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from pglast import ast, parse_sql
from pglast.parser import ParseError

from rempart.sqltext.conversion import quick_conversion

ROOT = Path(__file__).parent.parent.parent
REAL = sorted([*ROOT.glob("tests/lint_cases/**/*.sql"), *ROOT.glob("schema/**/*.sql"), *ROOT.glob("policies/*.sql")])


def differences(one: object, other: object, where: str = "") -> list[str]:
    """Where two trees differ, types of values and places included, which the parser's own comparison leaves out."""
    if type(one) is not type(other):
        return [f"{where}: {type(one).__name__} and {type(other).__name__}"]
    if isinstance(one, ast.Node):
        names = [name for name in type(one).__slots__ if name != "ancestors"]
        return [
            found
            for name in names
            for found in differences(getattr(one, name), getattr(other, name), f"{type(one).__name__}.{name}")
        ]
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return [found for pair in zip(one, other, strict=True) for found in differences(*pair, where)]
    return [] if one == other else [f"{where}: {one!r} and {other!r}"]


def test_quick_trees_are_the_same() -> None:
    compared = 0
    for file in REAL:
        sql = file.read_text(encoding="utf-8")
        try:
            checked = parse_sql(sql)
        except ParseError:
            continue
        with quick_conversion():
            quick = parse_sql(sql)
        assert differences(checked, quick) == [], file
        compared += 1
    assert compared > 400


def test_checks_and_collector_are_back_afterwards() -> None:
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), quick_conversion(), quick_conversion():
        assert not gc.isenabled()
        _ = 1 / 0
    assert gc.isenabled()
    with pytest.raises(ValueError, match="Bad value"):
        ast.String(sval=1)
