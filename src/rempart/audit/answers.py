"""What the functions that tell a policy who is asking say to the anonymous role: asked as it, not supposed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from pglast import ast
from psycopg import sql

from rempart.audit.session import Connection, attempt
from rempart.lint.sessions import is_current_user
from rempart.sqltext.expressions import operator, without_casts
from rempart.sqltext.outcomes import SOMETHING, UNKNOWN
from rempart.sqltext.walk import called, string_constant


@dataclass(frozen=True)
class Answers:
    """The answers to calls without arguments.

    Attributes:
        of: The answer by the function's name: None for NULL, a text, an object of JSON, or something else.
        role: The role itself; None when it could not be become.
    """

    of: Mapping[str, object] = field(default_factory=dict)
    role: str | None = None

    def assume(self, node: Any) -> object:
        """The value of an expression that asks who is asking; see `Judge.assume`.

        Args:
            node: An expression of a policy.
        """
        if is_current_user(node):
            return self.role if self.role is not None else UNKNOWN
        if isinstance(node, ast.FuncCall) and not node.args:
            return _known(self.of.get(called(node), UNKNOWN))
        if isinstance(node, ast.A_Expr) and operator(node) in ("->", "->>"):
            token, claim = without_casts(node.lexpr), string_constant(node.rexpr)
            held = self.of.get(called(token)) if isinstance(token, ast.FuncCall) and not token.args else None
            if isinstance(held, dict) and claim is not None:
                found = held.get(claim)
                # As JSON, a text is not the text, and a null is no NULL.
                return _known(found) if operator(node) == "->>" or claim not in held else SOMETHING
        return UNKNOWN


def _known(value: object) -> object:
    """None and texts are values; of what else there is, it is only known that it is there."""
    return value if value is None or isinstance(value, str) or value is UNKNOWN else SOMETHING


def ask(connection: Connection, role: str, functions: Collection[str]) -> Answers:
    """Ask the functions, as the role that the session has become.

    Args:
        connection: A session that only reads, in a transaction.
        role: The role.
        functions: Their names, with their schemas; those that are not there, or fail, stay unanswered.
    """
    found = {}
    for name in sorted(functions):
        if "." not in name:
            continue
        try:
            with attempt(connection):
                row = connection.execute(sql.SQL("select {}()").format(sql.Identifier(*name.split(".")))).fetchone()
        except psycopg.Error:
            continue
        if row is not None:
            found[name] = row[0]
    return Answers(found, role)
