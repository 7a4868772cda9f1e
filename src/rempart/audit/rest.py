"""The REST gateway, asked as anyone on the internet could ask it: one row of each exposed relation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPException, IncompleteRead
from time import monotonic
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from rempart.audit.model import Answer, NotAudited, RestAnswer
from rempart.errors import UsageError

KEY_VARIABLE = "REMPART_ANON_KEY"
TIMEOUT_SECONDS = 10
_AT_ONCE = 8
_LARGEST_ANSWER = 1 << 20
_OF_THE_TOKEN = "PGRST30"  # PostgREST's errors about the token (PGRST300 to PGRST303)
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


def ask(url: str, key: str, relations: Iterable[tuple[str, str]], default_schema: str) -> tuple[RestAnswer, ...]:
    """Ask for one row of each relation.

    Args:
        url: Where the gateway's relations are found, such as `https://project.example/rest/v1`.
        key: The anonymous key; sent, and never shown.
        relations: Schema and name of each.
        default_schema: The schema that the gateway takes when none is named.

    Returns:
        The answers, in the order of the relations.

    Raises:
        UsageError: The URL is none of HTTP, or carries a password; the key cannot be sent.
    """
    base = _checked(url)
    if not (key.isascii() and key.isprintable()):
        raise UsageError(
            f"{KEY_VARIABLE} holds characters that no key has.", "set it to the key that the web page ships"
        )
    opener = build_opener(_NoRedirect)

    def one(relation: tuple[str, str]) -> RestAnswer:
        schema, name = relation
        profile = {} if schema == default_schema else {"Accept-Profile": schema}
        headers = {"apikey": key, "Authorization": f"Bearer {key}", "Accept": "application/json", **profile}
        request = Request(f"{base}/{quote(name, safe='')}?limit=1", headers=headers)
        return RestAnswer(f"{schema}.{name}", *_answer(opener, request))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(one, relations))


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        # What it was taken for may be its password.
        raise UsageError("--rest is no http:// or https:// URL.", "write it as https://HOST/rest/v1")
    if parts.username is not None or parts.password is not None or parts.query:
        raise UsageError("the URL of --rest carries a user, a password or a query.", f"put the key into {KEY_VARIABLE}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


class _NoRedirect(HTTPRedirectHandler):
    """The key goes where the user said, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _answer(opener: OpenerDirector, request: Request) -> tuple[Answer, str]:
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            status, body = response.status, _body(response)
    except HTTPError as error:
        with error:
            return _refusal(error)
    except (URLError, HTTPException, OSError, ValueError) as error:
        return Answer.UNDECIDED, _told(error)
    if status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        return Answer.UNDECIDED, str(status)
    if len(body) == _LARGEST_ANSWER and body.lstrip()[:1] == b"[" and body.lstrip()[1:].lstrip()[:1] == b"{":
        return Answer.ROW, f"{status}, a row of more than {_LARGEST_ANSWER >> 20} MB"
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError):
        return Answer.UNDECIDED, f"{status}, and no JSON"
    if not isinstance(rows, list):
        return Answer.UNDECIDED, f"{status}, and no list of rows"
    return (Answer.ROW, f"{status}, a row") if rows else (Answer.NOTHING, f"{status}, []")


def _body(response: Any) -> bytes:
    """What it answers, as far as that comes in time: a timeout of its own has every part of it."""
    began, parts, left = monotonic(), [], _LARGEST_ANSWER
    while left and (part := response.read1(left)):
        parts.append(part)
        left -= len(part)
        if monotonic() - began > TIMEOUT_SECONDS:
            raise TimeoutError
    if left and response.length:
        raise IncompleteRead(b"", response.length)
    return b"".join(parts)


def _refusal(error: HTTPError) -> tuple[Answer, str]:
    if error.code not in _REFUSED:
        return Answer.UNDECIDED, str(error.code)
    try:
        said = json.loads(_body(error.fp))
    except (HTTPException, OSError, ValueError, RecursionError):
        said = None
    if isinstance(said, dict):
        code, message = str(said.get("code", "")), str(said.get("message", ""))
        if code.startswith(_OF_THE_TOKEN) or "api key" in message.lower():
            # Nobody was let in: of the relation this says nothing.
            return Answer.UNDECIDED, f"{error.code}, the key is not accepted"
    return Answer.NOTHING, str(error.code)


def _told(error: Exception) -> str:
    """Why there is no answer, without the words of Python."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"no answer within {TIMEOUT_SECONDS} seconds"
    if isinstance(reason, ConnectionRefusedError):
        return "connection refused"
    if isinstance(reason, IncompleteRead | ConnectionError):
        return "the connection ended within the answer"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return reason if isinstance(reason, str) else type(reason).__name__


def doubts(answers: Iterable[RestAnswer]) -> Iterator[NotAudited]:
    """What the answers of a gateway leave open.

    Args:
        answers: The answers.
    """
    found = list(answers)
    if found and all(one.detail == str(HTTPStatus.NOT_FOUND.value) for one in found):
        yield NotAudited("the gateway", "it knows none of the relations (404): is its URL right?")
    for one in found:
        if one.answer is Answer.UNDECIDED:
            yield NotAudited(f"the gateway's {one.relation}", f"undecided: {one.detail}")
