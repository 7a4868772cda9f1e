"""A watch over the session that runs revisions: whom it waits for, and that it does not wait too long.

Postgres bounds each single wait for a lock (`lock_timeout`). A revision that has one table locked and waits for the
next, several times in a row, would keep writers of the first table waiting for the sum. The watch bounds that sum.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from rempart.deploy.queries import query
from rempart.deploy.target import Connection

_POLL_SECONDS = 0.05
_ON_ITS_WAY = 5.0  # seconds; a cancellation may reach the session when it does something else already


@dataclass
class Watch:
    """What the watch sees.

    Attributes:
        blocked_by: Whom the session waited for last, in words; empty when it never waited.
        budget: Seconds that a transaction may wait in all; None for any time.
    """

    blocked_by: str = ""
    budget: float | None = None
    _waited: float = 0.0
    _cancelled_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, budget: float | None) -> None:
        """A transaction begins.

        Args:
            budget: Seconds that it may wait in all.
        """
        with self._lock:
            self.blocked_by, self.budget, self._waited = "", budget, 0.0

    @property
    def cancelled(self) -> bool:
        """Whether the session was cancelled just now, for having waited too long."""
        with self._lock:
            return self._cancelled_at is not None and time.monotonic() - self._cancelled_at < _ON_ITS_WAY

    def note(self, blocked_by: str, seconds: float, cancel: Callable[[], None]) -> None:
        """Take down that the session waits, and cancel it when it has waited too long.

        Args:
            blocked_by: For whom.
            seconds: For how long, since the last look.
            cancel: Cancels it; the next transaction begins after that.
        """
        with self._lock:
            self.blocked_by = blocked_by
            self._waited += seconds
            if self.budget is not None and self._waited > self.budget:
                self._cancelled_at = time.monotonic()
                cancel()


@contextmanager
def watching(observer: Connection, watched: Connection) -> Iterator[Watch]:
    """Watch a session; what it runs is cancelled when its transaction has waited too long.

    Args:
        observer: Another session.
        watched: The session.
    """
    watch, over, pid = Watch(), threading.Event(), watched.info.backend_pid

    def look() -> None:
        before = time.monotonic()
        while not over.wait(_POLL_SECONDS):
            try:
                row = observer.execute(query("waiting"), {"pid": pid}).fetchone()
                now = time.monotonic()
                if row is not None:
                    watch.note(f"{row[0]} is held by {row[1]}", now - before, watched.cancel_safe)
                before = now
            except psycopg.Error:
                return  # The session is gone; whoever holds it finds out when it is used next.

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()
