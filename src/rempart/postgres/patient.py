"""A session that gives up on a server that says nothing, where a lost network would show after a long time or never."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg


class PatientConnection(psycopg.Connection[Any]):
    """A session that does not wait for ever for a server that says nothing.

    Attributes:
        patience: Seconds that an answer may take; any time when None.
    """

    patience: float | None = None

    def wait(self, gen: Generator[Any, Any, Any], *arguments: Any, **options: Any) -> Any:
        """Wait for an answer.

        Raises:
            OperationalError: None came in time; the session is closed, for what it would say is not known.
        """
        return super().wait(gen if self.patience is None else self._in_time(gen, self.patience), *arguments, **options)

    def _in_time(self, gen: Generator[Any, Any, Any], patience: float) -> Generator[Any, Any, Any]:
        deadline = time.monotonic() + patience
        try:
            awaited = next(gen)
            while True:
                ready = yield awaited
                if not ready and time.monotonic() > deadline:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"the server has not answered for {patience:g} s: it is given up")
                awaited = gen.send(ready)
        except StopIteration as end:
            return end.value
