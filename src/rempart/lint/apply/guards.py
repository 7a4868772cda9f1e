"""DO blocks that stop a revision by raising an exception."""

from __future__ import annotations

import re
from typing import Any

from pglast import ast

from rempart.lint.state import State
from rempart.lint.statement import Statement
from rempart.sqltext.tokens import comments

# Compiled when the first block is met: most runs meet none, and start the sooner.
_RAISES = r"(?i)\braise\b(?!\s+(?:debug|log|info|notice|warning)\b)"


def _do(node: Any, statement: Statement, state: State) -> None:
    for option in node.args or ():
        if option.defname == "as":
            body = _without_comments(str(option.arg.sval))
            if re.search(_RAISES, body):
                state.guards.append((statement.unit, frozenset(re.findall(r"\w+", body))))


def _without_comments(body: str) -> str:
    for start, end in reversed(comments(body)):
        body = f"{body[:start]} {body[end:]}"
    return body


HANDLERS: dict[type, Any] = {ast.DoStmt: _do}
