"""How sources and new names are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.catalog.identity import Identity
from rempart.catalog.model import Catalog
from rempart.errors import UsageError
from rempart.revisions import renames
from rempart.sources.source import SourceKind, parse


@pytest.mark.parametrize(
    ("written", "kind", "detail"),
    [
        ("declared", SourceKind.DECLARED, ""),
        ("revisions", SourceKind.REVISIONS, "head"),
        ("revisions@0007", SourceKind.REVISIONS, "0007"),
        ("git:main~2", SourceKind.GIT, "main~2"),
        ("env:staging", SourceKind.ENVIRONMENT, "staging"),
        ("postgresql://u:p@h/d", SourceKind.URL, "postgresql://u:p@h/d"),
    ],
)
def test_sources(written: str, kind: SourceKind, detail: str) -> None:
    found = parse(written)
    assert (found.kind, found.detail) == (kind, detail)
    assert ":p@" not in found.shown


def test_a_file_is_a_source(tmp_path: Path) -> None:
    file = tmp_path / "a.sql"
    file.write_text("select 1")
    assert parse(str(file)).kind is SourceKind.PATH
    for wrong in ("git:", "env:", "nothing"):
        with pytest.raises(UsageError, match="no source"):
            parse(wrong)
    for missing in (str(tmp_path / "b.sql"), "b.sql", "schema/nowhere"):
        with pytest.raises(UsageError, match="there is no file or folder"):
            parse(missing)


def test_what_is_no_source_is_told_without_its_password() -> None:
    for wrong in ("postgresql+psycopg://u:s3cret@h/d", "n" * 5000):
        with pytest.raises(UsageError, match="no source") as caught:
            parse(wrong)
        assert "s3cret" not in caught.value.message


def test_renames() -> None:
    column = renames.parse('public."Mes clients".nom=raison')
    assert column.old == Identity("column", "public", "Mes clients", "nom")
    assert str(column.reversed().reversed()) == str(column) == 'public."Mes clients".nom=raison'
    assert renames.parse(str(column)) == column
    table = renames.parse("public.clients=customers")
    assert table.old == Identity("table", "public", "clients")
    assert (table.reversed().old, table.reversed().new) == (Identity("table", "public", "customers"), "clients")
    for wrong in (
        "clients=x",
        "public.clients",
        "public.a.b.c=x",
        "public.clients=a.b",
        "1=2",
        "public.t=x; drop table t",
    ):
        with pytest.raises(UsageError, match="--rename"):
            renames.parse(wrong)


@pytest.mark.parametrize(
    "written",
    [
        ["public.t=u", 'public.u.a="B"'],
        ['public.t.a="B"', "public.t=u"],
        ["public.t.a=x", "public.t.c=a", "public.t=u", 'public.u.x="B"', "public.u.a=c"],
    ],
)
def test_new_names_follow_each_other_there_and_back(written: list[str]) -> None:
    def having(*names: tuple[str, str, str]) -> Catalog:
        objects = {Identity("column" if part else "table", *name, part): None for *name, part in names}
        return Catalog(18, objects, (), dict)  # type: ignore[arg-type]

    old = having(("public", "t", ""), ("public", "t", "a"), ("public", "t", "c"))
    new = having(("public", "u", ""), ("public", "u", "B"), ("public", "u", "c"))
    renamed = [renames.parse(one) for one in written]
    assert len(renames.statements(renamed, old)) == len(written)
    assert len(renames.statements([one.reversed() for one in reversed(renamed)], new)) == len(written)
    with pytest.raises(UsageError, match="there is no"):
        renames.statements(renamed, new)


def test_a_table_and_its_column_get_new_names() -> None:
    renamed = [renames.parse('public.t="U"'), renames.parse('public."U".a=b')]
    objects = {Identity("table", "public", "t"): None, Identity("column", "public", "t", "a"): None}
    assert renames.statements(renamed, Catalog(18, objects, (), dict)) == (  # type: ignore[arg-type]
        'alter table public.t rename to "U"',
        'alter table public."U" rename column a to b',
    )
