"""The session that revisions run in: what is refused before anything is done."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rempart.errors import OperationError, UsageError
from rempart.revisions.connecting import connect, database_url


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


@contextmanager
def server_of_version(version: str) -> Iterator[str]:
    """A server that lets everybody in, says its version, and understands nothing else; yields its URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _ = listener.accept()
        with client:
            while True:
                (length,) = struct.unpack("!I", client.recv(4, socket.MSG_WAITALL))
                request = client.recv(length - 4, socket.MSG_WAITALL)
                if request[:4] in (struct.pack("!I", 80877103), struct.pack("!I", 80877104)):
                    client.sendall(b"N")  # neither TLS nor GSSAPI
                    continue
                break
            client.sendall(
                _message(b"R", struct.pack("!I", 0))
                + _message(b"S", b"server_version\0" + version.encode() + b"\0")
                + _message(b"S", b"client_encoding\0UTF8\0")
                + _message(b"Z", b"I")
            )
            client.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"postgresql://someone:hunter2@127.0.0.1:{listener.getsockname()[1]}/depot"
    finally:
        listener.close()
        thread.join(5)


@pytest.mark.parametrize("version", ["14.19", "13.1", "9.6.24"])
def test_an_old_server_is_refused(version: str) -> None:
    with (
        server_of_version(version) as url,
        pytest.raises(OperationError, match=f"runs Postgres {version.split('.')[0]}, and Postgres 15 or newer"),
    ):
        connect(url)


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"postgresql://someone:hunter2@127.0.0.1:{unused.getsockname()[1]}/depot"
        with pytest.raises(
            OperationError, match=r"cannot connect to database depot at 127\.0\.0\.1 as someone"
        ) as raised:
            connect(url)
    assert "hunter2" not in str(raised.value) + raised.value.next_step


def test_a_server_that_is_silent_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "2")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://someone@127.0.0.1:{silent.getsockname()[1]}/depot"
        with pytest.raises(OperationError, match="cannot connect"):
            connect(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_url_becomes_one_that_libpq_reads(scheme: str) -> None:
    assert database_url(f"{scheme}://a:b@h/d") == "postgresql://a:b@h/d"


def test_the_url_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://h/d")
    assert database_url() == "postgresql://h/d"
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(UsageError, match="DATABASE_URL is not set"):
        database_url()


def test_the_variable_is_named_where_the_url_was_found() -> None:
    with pytest.raises(UsageError, match="STAGING_URL is not a URL"):
        database_url("postgresql://a:b%zz@h/d", "STAGING_URL")
    with pytest.raises(OperationError) as raised:
        connect("postgresql://someone@127.0.0.1:1/depot", variable="STAGING_URL")
    assert "of STAGING_URL" in raised.value.next_step


@pytest.mark.parametrize(
    "url",
    [
        "mysql://a:hunter2@h/d",
        "hunter2",
        "postgresql://a:hunter2%zz@h/d",
        "postgresql://a:first@hunter2@h/d",
        "postgresql://a:first/hunter2@h/d",
        "sqlite:///x",
    ],
)
def test_other_urls_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(UsageError) as raised:
        database_url(url)
    assert "hunter2" not in str(raised.value) + raised.value.next_step


def test_a_wrong_patience_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "soon")
    with pytest.raises(UsageError, match="PGCONNECT_TIMEOUT=soon is no number"):
        connect("postgresql://someone@127.0.0.1:1/depot")
