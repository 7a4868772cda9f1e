"""The REST gateway is asked for a row of each relation, by a server here that answers as PostgREST does."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, ClassVar

import pytest

from rempart.audit import rest
from rempart.audit.model import Answer
from rempart.errors import UsageError

KEY = "the-key-that-ships-in-the-page"
ANSWERS: dict[str, tuple[int, str]] = {
    "refused": (401, '{"code":"42501","message":"permission denied for table refused"}'),
    "forbidden": (403, "{}"),
    "unknown": (404, '{"code":"PGRST205"}'),
    "empty": (200, "[]"),
    "open": (200, '[{"id":1}]'),
    "part": (206, '[{"id":1}]'),
    "broken": (500, "oops"),
    "page": (200, "<html>sign in</html>"),
    "object": (200, '{"message":"maintenance"}'),
    "elsewhere": (302, ""),
    "cut off": (200, "[{"),
    "with space": (200, '[{"id":1}]'),
    "no token": (401, '{"code":"PGRST301","message":"JWSError JWSInvalidSignature"}'),
    "no key": (401, '{"message":"Invalid API key"}'),
    "unspoken": (401, "go away"),
    "large": (200, '[{"scan":"' + "x" * (2 << 20) + '"}]'),
    "large nothing": (200, "[" + " " * (2 << 20) + "]"),
}


class Gateway(BaseHTTPRequestHandler):
    asked: ClassVar[list[tuple[str, str | None, str | None, str | None]]] = []

    def do_GET(self) -> None:
        from urllib.parse import unquote

        headers = self.headers
        self.asked.append((self.path, headers["apikey"], headers["Authorization"], headers["Accept-Profile"]))
        status, body = ANSWERS[unquote(self.path.split("?")[0].rsplit("/", 1)[1])]
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/rest/v1/open?limit=1")
        if body == "[{":
            self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[str]:
    Gateway.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/rest/v1/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_answers_are_told_apart(gateway: str) -> None:
    answers = rest.ask(gateway, KEY, [("public", name) for name in ANSWERS], "public")
    assert {one.relation.partition(".")[2]: one.answer for one in answers} == {
        "refused": Answer.NOTHING,
        "forbidden": Answer.NOTHING,
        "unknown": Answer.NOTHING,
        "empty": Answer.NOTHING,
        "open": Answer.ROW,
        "part": Answer.ROW,
        "broken": Answer.UNDECIDED,
        "page": Answer.UNDECIDED,
        "object": Answer.UNDECIDED,
        "elsewhere": Answer.UNDECIDED,
        "cut off": Answer.UNDECIDED,
        "with space": Answer.ROW,
        "no token": Answer.UNDECIDED,
        "no key": Answer.UNDECIDED,
        "unspoken": Answer.NOTHING,
        "large": Answer.ROW,
        "large nothing": Answer.UNDECIDED,
    }
    assert KEY not in repr(answers)


def test_it_asks_for_one_row_with_the_key_twice_and_names_other_schemas(gateway: str) -> None:
    rest.ask(gateway, KEY, [("public", "empty"), ("api", "empty")], "public")
    assert sorted(Gateway.asked, key=str) == sorted(
        [
            ("/rest/v1/empty?limit=1", KEY, f"Bearer {KEY}", None),
            ("/rest/v1/empty?limit=1", KEY, f"Bearer {KEY}", "api"),
        ],
        key=str,
    )


def test_a_gateway_that_does_not_answer_decides_nothing() -> None:
    (answer,) = rest.ask("http://127.0.0.1:1", KEY, [("public", "open")], "public")
    assert (answer.answer, answer.detail) == (Answer.UNDECIDED, "connection refused")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/",
        "file:///etc/passwd",
        "https://user:secret@host/",
        "rest/v1",
        "https://",
        "https://[::1/",
        "https://user:secret@ho\u2100st/",
        "http://host:99999/",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        rest.ask(url, KEY, [], "public")
    assert "secret" not in refused.value.message


@pytest.mark.parametrize("key", ["two\nlines", "clé"])
def test_a_key_that_cannot_be_sent_is_refused(key: str) -> None:
    with pytest.raises(UsageError) as refused:
        rest.ask("http://127.0.0.1:1", key, [("public", "open")], "public")
    assert key not in refused.value.message


def test_a_gateway_that_knows_nothing_is_doubted(gateway: str) -> None:
    def doubted(*names: str) -> list[str]:
        answers = rest.ask(gateway, KEY, [("public", name) for name in names], "public")
        return [one.subject for one in rest.doubts(answers)]

    assert doubted("unknown", "unknown") == ["the gateway"]
    # Negative control: one that knows a relation is at the right address.
    assert doubted("unknown", "refused", "empty") == []
    assert doubted("unknown", "no key") == ["the gateway's public.no key"]


def test_a_gateway_that_answers_letter_by_letter_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Gateway):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            for _ in range(1000):
                if ended.wait(0.05):
                    return
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return

    ended = Event()
    monkeypatch.setattr(rest, "TIMEOUT_SECONDS", 0.3)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        (answer,) = rest.ask(f"http://127.0.0.1:{server.server_port}", KEY, [("public", "open")], "public")
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
    assert (answer.answer, answer.detail) == (Answer.UNDECIDED, "no answer within 0.3 seconds")
