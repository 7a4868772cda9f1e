"""Where a live source is reached."""

from __future__ import annotations

import os

from rempart.config import Config
from rempart.errors import UsageError
from rempart.sources.source import Source, SourceKind


def url_of(source: Source, config: Config) -> str:
    """The URL of a live source; never to be shown as it is.

    Args:
        source: An environment or a URL.
        config: The project, which says in which variable an environment's URL is found.

    Raises:
        UsageError: There is no such environment, or its variable is not set.
    """
    if source.kind is SourceKind.URL:
        return source.detail
    environment = config.environments.get(source.detail)
    if environment is None:
        known = ", ".join(sorted(config.environments)) or "none"
        raise UsageError(
            f"there is no environment {source.detail}; known: {known}.",
            f'add [tool.rempart.environments.{source.detail}] with url_env = "…" to {config.root / "pyproject.toml"}',
        )
    url = os.environ.get(environment.url_env)
    if not url:
        raise UsageError(
            f"the environment {source.detail} is reached by the variable {environment.url_env}, which is not set.",
            f"set {environment.url_env} to its postgresql:// URL",
        )
    return url
