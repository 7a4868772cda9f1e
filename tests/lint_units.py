"""Cases of the linter as units: a file, or the revisions that it is cut into."""

from __future__ import annotations

import re

from rempart.lint.engine import Unit
from rempart.lint.statement import Direction
from rempart.sqltext.positioned import PositionedText

_CUT = re.compile(r"^-- (upgrade|downgrade) (\w+)$", re.MULTILINE)


def units_of(sql: str, name: str = "case.sql") -> list[Unit]:
    """The units of a case. Lines `-- upgrade REV` and `-- downgrade REV` begin a direction of a revision.

    Args:
        sql: The case.
        name: Name of its file; a revision stands in a file of its own, as in a project.
    """
    whole = PositionedText.whole_file(name, sql)
    cuts = list(_CUT.finditer(sql))
    if not cuts:
        return [Unit(name, Direction.FILE, [whole])]
    units = []
    for number, cut in enumerate(cuts):
        end = cuts[number + 1].start() if number + 1 < len(cuts) else len(sql)
        text = whole.part(cut.end(), end)
        text.path = f"{cut[2]}.py"
        units.append(Unit(f"{cut[2]} ({cut[1]})", Direction(cut[1]), [text], cut[2]))
    return units
