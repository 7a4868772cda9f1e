"""What a rule is: its page (name, what, why, examples) and its checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from pglast import ast

from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Statement
from rempart.report.finding import Severity
from rempart.sqltext.positioned import Place


class Problem(NamedTuple):
    """What a check found, before severity and suppression.

    Attributes:
        message: One sentence: what is wrong, with the names of the objects.
        place: Where.
        object: The object, as SQL would name it.
    """

    message: str
    place: Place
    object: str = ""


class Rule:
    """A rule. Its class attributes are its page in the documentation.

    Attributes:
        name: Lower case words joined by hyphens; public, never changed.
        severity: Unless the configuration says otherwise; None when it is off by default.
        what: One sentence: what it finds.
        why: What goes wrong, for whom; one short paragraph.
        bad: SQL it finds something in; the first one is shown, all are run by the tests.
        good: The same intent written well; it finds nothing, and no other access rule does.
        needs_history: Whether it judges the revisions of a project rather than statements: its checks lie
            elsewhere, and its examples are not run as SQL.
        statements: Kinds of statement that `before` and `after` are called for, wherever they stand (DO blocks and
            constant EXECUTE strings included).
    """

    name: ClassVar[str]
    severity: ClassVar[Severity | None]
    what: ClassVar[str]
    why: ClassVar[str]
    bad: ClassVar[tuple[str, ...]]
    good: ClassVar[tuple[str, ...]]
    needs_history: ClassVar[bool] = False
    statements: ClassVar[tuple[type[ast.Node], ...]] = ()

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a statement by the state it meets. Called for `statements`, before the state takes it in."""
        yield from ()

    def after(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a statement by the state it leaves. Called for `statements`, after the state took it in."""
        yield from ()

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the final state: after the last file, or at head."""
        yield from ()
