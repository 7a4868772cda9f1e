"""A history with several ends."""

from __future__ import annotations

from rempart.lint.rule import Rule
from rempart.report.finding import Severity


class SeveralHeads(Rule):
    """Two revisions that nothing follows. Found where the history is read, in `rempart.revisions`."""

    name = "several-heads"
    severity = Severity.ERROR
    what = "Two revisions follow the same one, and no revision merges them."
    why = (
        "`alembic upgrade head` refuses to choose, and the two were never run one after the other. It happens when two "
        "branches of the repository each add a revision. Let one follow the other, or merge them with `alembic merge "
        "heads`. Branches that each have a label of their own are meant to stay apart, and are not reported."
    )
    bad = ('# 0002_prices.py\ndown_revision = "0001"\n# 0003_tanks.py\ndown_revision = "0001"',)
    good = ('# 0002_prices.py\ndown_revision = "0001"\n# 0003_tanks.py\ndown_revision = "0002"',)
    needs_history = True
