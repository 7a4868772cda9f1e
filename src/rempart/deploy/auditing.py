"""The audit at the end of a deployment."""

from __future__ import annotations

from collections.abc import Callable

from rempart.audit.model import Audit
from rempart.audit.project import scope_of
from rempart.audit.run import audit
from rempart.deploy.target import Target
from rempart.revisions.workbench import Workbenches
from rempart.sources.source import parse


def audited(target: Target, benches: Workbenches, step: Callable[[str], None]) -> Audit:
    """Audit an environment; what its revision leaves is built on servers that are there already.

    Args:
        target: The environment.
        benches: The servers.
        step: Told what is being done.

    Raises:
        OperationError: The database cannot be reached.
    """
    step("auditing the target")
    return audit(target.url, scope_of(target.config, parse(f"env:{target.name}"), None, step, benches), step)
