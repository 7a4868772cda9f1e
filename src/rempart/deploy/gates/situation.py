"""What the gates look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rempart.access.widening import AccessChange
from rempart.deploy.planning import Plan
from rempart.deploy.record.ledger import Entry
from rempart.deploy.steps import History
from rempart.deploy.target import Connection, Target
from rempart.deploy.who import Who
from rempart.revisions.workbench import Workbenches


@dataclass(frozen=True)
class Situation:
    """A deployment that is about to begin.

    Attributes:
        target: Where.
        connection: A session there.
        plan: What is to run.
        history: The project's revisions.
        entries: The ledger; empty before the first deployment.
        who: Who deploys what.
        requested_by: Everybody who asked for it.
        now: By the server's clock.
        access: What changes for whom; None when it could not be observed, and why stands in `access_trouble`.
        access_trouble: Why not.
        allow_data_loss: Whether somebody accepts that rows are lost.
        benches: Throw-away servers on which sources become databases.
        step: Told what is being done.
    """

    target: Target
    connection: Connection
    plan: Plan
    history: History
    entries: Sequence[Entry]
    who: Who
    requested_by: tuple[str, ...]
    now: datetime
    access: Sequence[AccessChange] | None
    access_trouble: str
    allow_data_loss: bool
    benches: Workbenches
    step: Callable[[str], None]
