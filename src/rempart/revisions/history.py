"""The history of a project: its revisions, from the first to the last, and what each is for."""

from __future__ import annotations

from dataclasses import dataclass

from alembic.script import ScriptDirectory

from rempart.config import Config
from rempart.revisions import runner


@dataclass(frozen=True)
class Revision:
    """One revision.

    Attributes:
        identifier: Its identifier.
        message: The first line of its docstring: what it is for.
    """

    identifier: str
    message: str


def revisions(config: Config) -> list[Revision]:
    """All revisions, from the first to the last.

    Args:
        config: The project.

    Raises:
        UsageError: The revisions do not form a history.
    """
    with runner.translated_errors():
        script = ScriptDirectory.from_config(runner.configured(config))
        found = [Revision(s.revision, s.doc.partition("\n")[0]) for s in script.walk_revisions()]
    return found[::-1]
