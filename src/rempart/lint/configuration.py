"""What a project says about the linter: `[tool.rempart.lint]` of the nearest `pyproject.toml`.

Read apart from the rest of the configuration: a project that only lints names no database and no owner.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from os.path import dirname, exists, isfile, join
from typing import Any

from rempart.errors import UsageError
from rempart.lint.settings import Settings
from rempart.records import field, record
from rempart.report.finding import Severity

_TABLE = "[tool.rempart.lint]"
_OFF = "off"
_SETS = (
    "exposed_schemas",
    "forbidden_roles",
    "api_roles",
    "trusted_roles",
    "platform_schemas",
    "session_functions",
    "user_claims",
)
_KEYS = {*_SETS, "gateway_role", "severities", "paths", "unread_revisions"}
_DECLARED = ("schema/schemas", "schema/tables", "schema/functions", "schema/views", "schema/triggers", "policies")


@record(frozen=True)
class LintConfiguration:
    """What to lint, and how.

    Attributes:
        root: Folder of `pyproject.toml`; None without a project. Paths are absolute.
        settings: For the rules.
        paths: Files and folders to lint, in this order, when none are named; none of them for revisions alone.
        platform: Folder of the stand-in of the platform, which is left out.
        alembic_ini: Alembic's configuration file; it need not be there.
        unread_revisions: Revisions that may be left out, because they cannot be rendered without a database.
    """

    root: str | None = None
    settings: Settings = field(default_factory=Settings)
    paths: tuple[str, ...] = ()
    platform: str | None = None
    alembic_ini: str | None = None
    unread_revisions: tuple[str, ...] = ()


def load(start: str, rules: Collection[str]) -> LintConfiguration:
    """Read the configuration of the project that a folder belongs to.

    Args:
        start: The folder.
        rules: Names of all rules, or the beginnings of names that end in `/`, for the check of `severities`.

    Returns:
        The configuration; the defaults when there is no project.

    Raises:
        UsageError: The table is wrong; the message names the key.
    """
    folder, parent = start, dirname(start)
    while True:
        file = join(folder, "pyproject.toml")
        if isfile(file):
            project = _read(file).get("tool", {}).get("rempart")
            if isinstance(project, dict):
                return _configuration(project, folder, file, rules)
        if parent == folder:
            return LintConfiguration()
        folder, parent = parent, dirname(parent)


def _read(file: str) -> Mapping[str, Any]:
    try:
        with open(file, "rb") as stream:
            content = stream.read()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", next_step="make it readable") from None
    if b"rempart" not in content:
        return {}
    import tomllib

    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not valid TOML: {error}", next_step="correct the file") from None


def _configuration(project: Mapping[str, Any], root: str, file: str, rules: Collection[str]) -> LintConfiguration:
    table = project.get("lint", {})
    if not isinstance(table, dict):
        raise UsageError(f"lint of [tool.rempart] in {file} is not a table.", next_step=f"write it as {_TABLE}")
    if unknown := sorted(set(table) - _KEYS):
        raise UsageError(
            f"{_TABLE} in {file} has an unknown key: {', '.join(unknown)}.",
            next_step=f"known keys: {', '.join(sorted(_KEYS))}",
        )
    paths = _texts(table, "paths", file)
    if paths is None:
        paths = _texts(project, "declared", file) or tuple(path for path in _DECLARED if exists(join(root, path)))
    return LintConfiguration(
        root=root,
        settings=_settings(project, table, file, rules),
        paths=tuple(join(root, path) for path in paths),
        platform=join(root, str(project.get("platform", "schema/platform"))),
        alembic_ini=join(root, str(project.get("alembic_ini", "alembic.ini"))),
        unread_revisions=_texts(table, "unread_revisions", file) or (),
    )


def _settings(project: Mapping[str, Any], table: Mapping[str, Any], file: str, rules: Collection[str]) -> Settings:
    defaults = Settings()
    given: dict[str, Any] = {key: frozenset(_texts(table, key, file) or ()) for key in _SETS if key in table}
    if "exposed_schemas" not in given and (exposed := _texts(project, "exposed_schemas", file)):
        given["exposed_schemas"] = frozenset(exposed)
    if anonymous := project.get("anonymous_role"):
        given.setdefault("forbidden_roles", frozenset({"public", str(anonymous)}))
        given.setdefault("api_roles", defaults.api_roles | {str(anonymous)})
    if gateway := table.get("gateway_role", project.get("gateway_role")):
        given["gateway_role"] = str(gateway)
    given["severities"] = _severities(table.get("severities", {}), file, rules)
    return Settings(**given)


def _severities(table: object, file: str, rules: Collection[str]) -> dict[str, Severity | None]:
    title = "[tool.rempart.lint.severities]"
    if not isinstance(table, dict):
        raise UsageError(f"{title} in {file} is not a table.", next_step='write rule = "error"')
    prefixes = tuple(rule for rule in rules if rule.endswith("/"))
    words = [*(severity.value for severity in Severity), _OFF]
    found: dict[str, Severity | None] = {}
    for rule, word in table.items():
        if rule not in rules and not rule.startswith(prefixes or ("\0",)):
            raise UsageError(f"{title} in {file} names {rule}, which is no rule.", next_step="correct the name")
        if word not in words:
            raise UsageError(
                f"{rule} of {title} in {file} is not a severity.", next_step=f"use one of {', '.join(words)}"
            )
        found[rule] = None if word == _OFF else Severity(word)
    return found


def _texts(table: Mapping[str, Any], key: str, file: str) -> tuple[str, ...] | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(value)
    raise UsageError(f"{key} of [tool.rempart] in {file} is not a list of texts.", next_step="correct the value")
