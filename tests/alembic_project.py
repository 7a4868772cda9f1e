"""A small Alembic project made of texts, for tests of what reads revisions."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from rempart.config import Config

INI = """
[alembic]
script_location = migrations
{more}
"""
PYPROJECT = """
[tool.rempart]
database = "shop"
owner = "shop_owner"
declared = ["schema"]
"""


def alembic_project(root: Path, ini: str = "", pyproject: str = "", **files: str) -> Config:
    """Write a project and read its settings.

    Args:
        root: An empty folder.
        ini: Further lines of alembic.ini.
        pyproject: Further text of pyproject.toml.
        files: Bodies of revision files by name without `.py`; a name `a__b` lies in folder a of the versions.
    """
    (root / "migrations" / "versions").mkdir(parents=True)
    (root / "migrations" / "env.py").write_text("raise AssertionError('env.py is not to be run')\n", encoding="utf-8")
    (root / "alembic.ini").write_text(INI.format(more=ini), encoding="utf-8")
    (root / "pyproject.toml").write_text(PYPROJECT + pyproject, encoding="utf-8")
    for name, text in files.items():
        file = root / "migrations" / "versions" / f"{name.replace('__', '/')}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Config.find(root)


def revision(
    name: str,
    after: str | tuple[str, ...] | None,
    upgrade: str,
    downgrade: str = "pass",
    head: str = "",
) -> str:
    """The text of a revision file.

    Args:
        name: Its identifier.
        after: What it follows.
        upgrade: Body of the function, indented or not.
        downgrade: The same.
        head: What stands between the imports and `revision = …`.
    """
    return "\n".join(
        [
            '"""Something."""',
            "import sqlalchemy as sa",
            "from alembic import context, op",
            "from textwrap import dedent",
            dedent(head),
            f"revision = {name!r}",
            f"down_revision = {after!r}",
            "def upgrade():",
            _body(upgrade),
            "def downgrade():",
            _body(downgrade),
            "",
        ]
    )


def _body(text: str) -> str:
    # Lines inside of string literals move too; tests look for places, not for columns they wrote.
    return "\n".join(f"    {line}" if line else line for line in dedent(text).strip("\n").split("\n"))
