"""A proxy before a Postgres server that counts what a client sends, and does one fault at a chosen message.

It knows as much of the protocol as that takes: the packets without a type at the beginning of a connection, and the
messages with one after them. Counted are the messages at which the server begins or ends something: a simple query, the
execution and the end of an extended one, the end of the session. The queries by which a deployment watches itself come
at any time, and are forwarded uncounted, so that the numbers are the same in each run.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from rempart.postgres.server import socket_url

_SSL, _GSS, _CANCEL = 80877103, 80877104, 80877102
_COUNTED = {b"Q": "query", b"E": "execute", b"S": "sync", b"X": "terminate"}
_UNCOUNTED_TEXT = b"pg_blocking_pids"
_NAME = ".s.PGSQL.5432"


class Fault(Enum):
    """What happens at a message."""

    KILL_BEFORE = "killed before the message reaches the server"
    KILL_AFTER = "killed when the message has been forwarded"
    STOP = "the server stopped (immediate) before the message reaches it"
    STOP_AFTER = "the server stopped (immediate) when the message has been forwarded"
    CUT = "the network cut before the message reaches the server"
    CUT_AFTER = "the network cut when the message has been forwarded"
    HANG = "nothing forwarded any more, in either direction"

    @property
    def is_after(self) -> bool:
        """Whether the message is forwarded first."""
        return self in (Fault.KILL_AFTER, Fault.STOP_AFTER, Fault.CUT_AFTER)


@dataclass(frozen=True)
class Message:
    """A message that was counted."""

    number: int
    session: str
    kind: str
    text: str

    def __str__(self) -> str:
        return f"#{self.number} {self.kind} of {self.session!r}: {' '.join(self.text.split())[:90]}"


@dataclass
class Proxy:
    """The proxy.

    Attributes:
        folder: The folder of its socket.
        server: The folder of the server's socket.
        database: Messages to this database are counted.
        wanted: Whether the messages of a session of that name are counted.
        point: Number of the message at which the fault is done; None for none.
        fault: What is done.
        act: Kills the client or stops the server.
        seen: The messages that were counted.
    """

    folder: Path
    server: Path
    database: str = ""
    wanted: Callable[[str], bool] = lambda _name: True
    point: int | None = None
    fault: Fault | None = None
    act: Callable[[], None] = lambda: None
    seen: list[Message] = field(default_factory=list)
    happened: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: list[socket.socket] = field(default_factory=list)
    _closing: bool = False

    def url(self, database: str, user: str) -> str:
        """The URL of a database behind the proxy."""
        return socket_url(self.folder, database, user)

    def arm(
        self,
        database: str,
        point: int | None = None,
        fault: Fault | None = None,
        act: Callable[[], None] = lambda: None,
        wanted: Callable[[str], bool] = lambda _name: True,
    ) -> None:
        """Begin to count anew; connections that are still open are closed."""
        self.release()
        with self._lock:
            self.database, self.point, self.fault, self.act, self.wanted = database, point, fault, act, wanted
            self.seen = []
            self.happened = threading.Event()

    def release(self) -> None:
        """Close all connections, those that hang too."""
        with self._lock:
            closing, self._open = self._open, []
        for one in closing:
            _close(one)

    def serve(self, listening: socket.socket) -> None:
        """Take connections until the socket is closed."""
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._connection, args=(client,), daemon=True).start()

    def _connection(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with self._lock:
            self._open += [client, server]
        try:
            server.connect(str(self.server / _NAME))
            session = _Session(self, client, server)
            threading.Thread(target=session.answers, daemon=True).start()
            session.requests()
        except OSError:
            pass
        finally:
            if not self.hangs:
                _close(client)
                _close(server)

    @property
    def hangs(self) -> bool:
        """Whether the network hangs."""
        return self.fault is Fault.HANG and self.happened.is_set()

    def count(self, session: str, kind: str, text: str) -> bool:
        """Count a message; whether it is the one at which the fault is done."""
        with self._lock:
            self.seen.append(Message(len(self.seen) + 1, session, kind, text))
            return self.fault is not None and len(self.seen) == self.point and not self.happened.is_set()

    def strike(self) -> None:
        """Do the fault."""
        self.happened.set()
        if self.fault in (Fault.CUT, Fault.CUT_AFTER):
            self.release()
        elif self.fault is not Fault.HANG:
            self.act()


class _Session:
    """One client."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._stream = client.makefile("rb")
        self._name, self._counted = "", False
        self._text, self._quiet = "", False

    def answers(self) -> None:
        """Bring what the server says to the client."""
        with suppress(OSError):
            while data := self._server.recv(65536):
                if self._proxy.hangs:
                    return
                self._client.sendall(data)
        if not self._proxy.hangs:
            _close(self._client)

    def requests(self) -> None:
        """Bring what the client says to the server."""
        while self._introduction():
            pass
        while head := self._stream.read(5):
            if len(head) < 5:
                return
            (length,) = struct.unpack("!i", head[1:])
            body = self._stream.read(length - 4)
            if not self._forward(head[:1], head + body, body):
                return

    def _introduction(self) -> bool:
        """Forward a packet without a type; whether another one follows."""
        head = self._stream.read(8)
        if len(head) < 8:
            raise ConnectionAbortedError
        length, code = struct.unpack("!ii", head)
        body = self._stream.read(length - 8)
        if self._proxy.hangs:
            self._swallow()
        if code not in (_SSL, _GSS, _CANCEL):
            words = body.decode(errors="replace").split("\0")
            said = dict(zip(words[::2], words[1::2], strict=False))
            self._name = said.get("application_name", said.get("user", ""))
            self._counted = said.get("database") == self._proxy.database and self._proxy.wanted(self._name)
        self._server.sendall(head + body)
        return code in (_SSL, _GSS)

    def _forward(self, kind: bytes, message: bytes, body: bytes) -> bool:
        """Forward a message; whether the session goes on."""
        if kind == b"P":
            self._text = body.split(b"\0")[1].decode(errors="replace")
            self._quiet = _UNCOUNTED_TEXT in body
        elif kind == b"Q":
            self._text = body.rstrip(b"\0").decode(errors="replace")
            self._quiet = _UNCOUNTED_TEXT in body
        strikes = (
            self._counted
            and not self._quiet
            and kind in _COUNTED
            and self._proxy.count(self._name, _COUNTED[kind], self._text)
        )
        fault = self._proxy.fault
        if strikes and fault is not None and not fault.is_after:
            self._proxy.strike()
        if self._proxy.hangs:
            self._swallow()
        if strikes and fault is not None and not fault.is_after:
            return False
        with suppress(OSError):
            self._server.sendall(message)
        if strikes and fault is not None and fault.is_after:
            self._proxy.strike()
        if kind == b"S":
            self._text, self._quiet = "", False
        return kind != b"X"

    def _swallow(self) -> None:
        """Take what the client says, and give it to nobody, until it goes."""
        while self._stream.read1(65536):
            pass
        raise ConnectionAbortedError


@contextmanager
def fault_proxy(folder: Path, server: Path) -> Iterator[Proxy]:
    """A proxy before a server.

    Args:
        folder: Where its socket is to be; a short path.
        server: The folder of the server's socket.
    """
    folder.mkdir(mode=0o755, exist_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(folder / _NAME))
    (folder / _NAME).chmod(0o777)
    listening.listen(32)
    proxy = Proxy(folder, server)
    threading.Thread(target=proxy.serve, args=(listening,), daemon=True).start()
    try:
        yield proxy
    finally:
        _close(listening)
        proxy.release()


def _close(one: socket.socket) -> None:
    # A socket that another thread reads from is not closed by `close` alone.
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
