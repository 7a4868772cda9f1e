"""Released revisions that were edited."""

from __future__ import annotations

from rempart.lint.rule import Rule
from rempart.report.finding import Severity


class EditedRevision(Rule):
    """A revision that is not what ran. Found where the history is read, in `rempart.revisions`."""

    name = "edited-revision"
    severity = Severity.ERROR
    what = "The SQL of a released revision is not the SQL that was released, or the revision is gone."
    why = (
        "Databases that have run it will never run the new text: they and a new database differ from then on. Write "
        "another revision. `released.lock`, beside env.py, lists what was released (`revision sha256`; `python -m "
        "rempart.revisions.released` prints it); without that file nothing is reported. Comments and white space may "
        "change."
    )
    bad = (
        "# released.lock\n0001 <hash of: create table app.notes (id int)>\n"
        "# 0001_notes.py\nexecute('create table app.notes (id bigint)')",
    )
    good = (
        "# released.lock\n0001 <hash of: create table app.notes (id int)>\n"
        "# 0002_wider.py\nexecute('alter table app.notes alter column id type bigint')",
    )
    needs_history = True
