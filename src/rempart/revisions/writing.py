"""Write the file of a revision, by Alembic's own command."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import alembic.command
from alembic.script import ScriptDirectory

from rempart.config import Config
from rempart.errors import UsageError
from rempart.revisions import autogenerate, numbering
from rempart.revisions.generate import Content
from rempart.revisions.runner import online, translated_errors


def write_revision(url: str, message: str, content: Content, config: Config | None = None) -> Path | None:
    """Write the file of a revision.

    Args:
        url: A database at the last revision.
        message: What the revision is for.
        content: Its content.
        config: The project; the one around the current folder by default.

    Returns:
        The file; None when there is nothing to write.

    Raises:
        UsageError: The revisions do not form a history, or their template is missing.
    """
    alembic_config, _ = online(url, config)
    template = Path(ScriptDirectory.from_config(alembic_config).dir) / "script.py.mako"
    if not template.is_file():
        raise UsageError(
            f"{template} does not exist: Alembic writes revisions by it.", "Make one; `alembic init` does."
        )
    alembic_config.attributes[numbering.AUTOGENERATES] = True
    alembic_config.attributes[autogenerate.CONTENT] = content
    # Alembic tells on standard output what it does, and can be told to be quiet only on its own command line.
    with translated_errors(), contextlib.redirect_stdout(io.StringIO()):
        script = alembic.command.revision(alembic_config, message, autogenerate=True)
    if isinstance(script, list):
        script = next((one for one in script if one is not None), None)
    return Path(script.path) if script is not None else None
