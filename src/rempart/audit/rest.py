"""The REST gateway, asked as anyone on the internet could ask it: one row of each exposed relation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from rempart.audit.model import Answer, RestAnswer
from rempart.errors import UsageError

KEY_VARIABLE = "REMPART_ANON_KEY"
TIMEOUT_SECONDS = 10
_AT_ONCE = 8
_LARGEST_ANSWER = 1 << 20
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
        UsageError: The URL is none of HTTP, or carries a password.
    """
    base = _checked(url)
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
    except ValueError:  # whose message quotes the URL
        raise UsageError("--rest is no http:// or https:// URL.", "correct it") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"--rest is no http:// or https:// URL: {parts.scheme}://{parts.hostname or ''}", "correct it")
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
            status, body = response.status, response.read(_LARGEST_ANSWER)
    except HTTPError as error:
        with error:
            return (Answer.NOTHING if error.code in _REFUSED else Answer.UNDECIDED), str(error.code)
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return Answer.UNDECIDED, type(reason).__name__ if not isinstance(reason, str) else reason
    if status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        return Answer.UNDECIDED, str(status)
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError):
        return Answer.UNDECIDED, f"{status}, and no JSON"
    if not isinstance(rows, list):
        return Answer.UNDECIDED, f"{status}, and no list of rows"
    return (Answer.ROW, f"{status}, a row") if rows else (Answer.NOTHING, f"{status}, []")
