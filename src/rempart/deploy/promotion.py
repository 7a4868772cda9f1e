"""From one environment to another: what is promoted is what the first one has."""

from __future__ import annotations

from rempart.deploy.planning import revision_of
from rempart.deploy.steps import BASE, History
from rempart.deploy.target import Target, beside
from rempart.errors import UsageError


def goal_of(target: Target, source: str, revision: str | None) -> str:
    """The revision that a promotion reaches.

    Args:
        target: The environment that is to get it.
        source: Name of the environment that has it.
        revision: The revision that was asked for; that of the source by default.

    Raises:
        UsageError: The target does not require the source, or the source is before the first revision.
        OperationError: The source cannot be reached.
    """
    required = target.environment.requires
    if required != source:
        said = f"requires {required}" if required else "requires no other environment"
        raise UsageError(
            f"{target.name} {said}, and --from says {source}.",
            f"Promote from what [tool.rempart.environments.{target.name}] requires.",
        )
    if revision is not None:
        return History.of(target.config).resolved(revision)
    found = revision_of(beside(target.config, source))
    if found == BASE:
        raise UsageError(f"{source} is before the first revision: there is nothing to promote.", "Apply to it first.")
    return found
