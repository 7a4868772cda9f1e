"""Records behave as dataclasses do, where they are used in their place."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from rempart.records import field, names_of, record, replace


@record()
class Changed:
    """May be changed."""

    name: str
    parts: list[int] = field(default_factory=list)
    size: int = 3
    _kept: dict[str, int] = field(default_factory=dict)


@record(frozen=True)
class Fixed:
    """Is never changed."""

    name: str
    size: int = 3

    @property
    def twice(self) -> int:
        return self.size * 2


def test_values_by_place_by_name_and_by_default() -> None:
    assert (Changed("a", [1], 2).parts, Changed("a", size=4).size, Changed(name="a").size) == ([1], 4, 3)
    assert Fixed("a", size=5).twice == 10
    assert names_of(Fixed) == ("name", "size")


def test_defaults_are_made_anew() -> None:
    one, two = Changed("a"), Changed("a")
    one.parts.append(1)
    assert two.parts == []


def test_comparison_and_text_leave_out_what_is_private() -> None:
    one, two = Changed("a"), Changed("a")
    one._kept["x"] = 1
    assert one == two
    assert one != Changed("b")
    assert one != Fixed("a")
    assert repr(one) == "Changed(name='a', parts=[], size=3)"


def test_fixed_records_are_members_of_sets_and_refuse_changes() -> None:
    assert {Fixed("a"), Fixed("a"), Fixed("b")} == {Fixed("a"), Fixed("b")}
    with pytest.raises(AttributeError, match="never changed: name"):
        Fixed("a").name = "b"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del Fixed("a").name
    with pytest.raises(TypeError):
        hash(Changed("a"))


def test_replace() -> None:
    assert replace(Fixed("a"), size=9) == Fixed("a", 9)


@pytest.mark.parametrize(("values", "named"), [((), {}), (("a", 1, 2), {}), (("a",), {"other": 1})])
def test_wrong_values_are_refused(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Fixed takes name, size"):
        Fixed(*values, **named)


def test_the_linter_starts_without_the_standard_module() -> None:
    program = (
        "import sys\nfrom rempart.cli.lint import run\nrun(['tests/lint_cases/grant-all/bad/table.sql'])\n"
        "print([name for name in ('dataclasses', 'inspect', 'argparse', 'pathlib') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert answer.stdout.splitlines()[-1] == "[]", answer.stderr
