"""In which folders a project's revisions lie, as the configuration of Alembic says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rempart.errors import UsageError

if TYPE_CHECKING:
    from rempart.lint.configuration import LintConfiguration

_ELSEWHERE = "version_locations"
_TABLE = b"[tool.alembic"


def revision_folders(configuration: LintConfiguration) -> list[str]:
    """The folder of Alembic's environment, and the folders of revisions that are named besides it.

    Args:
        configuration: Knows Alembic's configuration file.

    Returns:
        Absolute paths; none when there is no such file.

    Raises:
        UsageError: The file does not say where the revisions are.
    """
    if configuration.alembic_ini is None or configuration.root is None:
        return []
    ini, toml = Path(configuration.alembic_ini), Path(configuration.root, "pyproject.toml")
    if not ini.is_file():
        return []
    from configparser import ConfigParser, Error

    parser = ConfigParser({"here": str(ini.parent)})
    try:
        parser.read(ini, encoding="utf-8")
        location = parser.get("alembic", "script_location", fallback=None)
        is_plain = location is not None and ":" not in location and not parser.has_option("alembic", _ELSEWHERE)
    except (Error, UnicodeDecodeError) as error:
        raise _unknown(ini, str(error)) from None
    if location is not None and is_plain and _TABLE not in toml.read_bytes():
        return [str(ini.parent / location)]
    return _asked_alembic(ini, toml)


def _asked_alembic(ini: Path, toml: Path) -> list[str]:
    """What Alembic makes of its configuration. Loading it takes longer than linting a file."""
    import warnings

    from alembic.config import Config
    from alembic.util import CommandError, coerce_resource_to_filename

    config = Config(str(ini), toml_file=str(toml))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            location = config.get_alembic_option("script_location")
            if location is None:
                raise _unknown(ini, "it has no script_location")
            found = [location, *(config.get_version_locations_list() or ())]
            return [str(ini.parent / coerce_resource_to_filename(one)) for one in found]
    except (CommandError, ImportError, TypeError, ValueError) as error:
        raise _unknown(ini, str(error)) from None


def _unknown(ini: Path, why: str) -> UsageError:
    return UsageError(f"{ini} does not say where the revisions are: {why}", next_step="correct script_location")
