"""The file of the personas: what it cannot mean is refused, with what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rempart.access.personas import load_classes, load_personas
from rempart.config import Config
from rempart.errors import UsageError


def written(folder: Path, text: str) -> Config:
    file = folder / "personas.toml"
    file.write_bytes(text.encode(errors="surrogateescape"))
    return replace(Config.find(Path(__file__).parents[2]), personas=file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[persona]]\nname = 1\nrole = "anon"\n', "name is int, and has to be str"),
        ('[[persona]]\nname = "a"\nrole = "anon"\nclaims = "sub"\n', "claims is str, and has to be dict"),
        ('[[persona]]\nname = "a"\nrole = "anon"\nobserved = 1\n', "observed is int"),
        ('[[persona]]\nname = "a"\nrole = "anon"\nrows = {"public.t" = 1}\n', "the rows of public.t are int"),
        ('persona = ["a"]\n', "an entry is no table"),
        ('[[persona]]\nname = "a"\n', "role"),
        ("\udcff", "does not list personas"),
    ],
)
def test_what_is_no_persona_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_personas(written(tmp_path, text))


def test_what_is_no_class_is_refused(tmp_path: Path) -> None:
    text = '[[class]]\nown = "a"\nother = "b"\nnone = "c"\npersona = "d"\nrows = {"public.t" = 1}\n'
    with pytest.raises(UsageError, match=r"the rows of public.t are int, and have to be str"):
        load_classes(written(tmp_path, text))
    assert load_classes(written(tmp_path, text.replace("= 1", '= "x"')))[0].rows == {"public.t": "x"}


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not list personas"):
        load_personas(replace(Config.find(Path(__file__).parents[2]), personas=tmp_path))
