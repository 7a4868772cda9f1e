"""Statements of PL/pgSQL that hold no others: which SQL stands in each of them."""

from __future__ import annotations

from collections.abc import Callable

from rempart.sqltext.cursor import CLOSING, OPENING, Cursor, LostError
from rempart.sqltext.structure import Form, Fragment, Structure
from rempart.sqltext.tokens import Token


class SimpleStatements(Cursor):
    """Reads simple statements, and notes what is found in a `Structure`.

    A handler is called with its keyword as next word and stops in front of the semicolon.
    """

    def __init__(self, text: str, found: list[Token]) -> None:
        """Begin at the first token.

        Args:
            text: The body.
            found: Its tokens.
        """
        super().__init__(text, found)
        self.conditional = 0
        self.result = Structure()
        self.loops: dict[str, tuple[int, ...]] = {}
        self.handlers: dict[str, Callable[[], None]] = {
            "exit": self._leave,
            "continue": self._leave,
            "return": self._return,
            "raise": self._raise,
            "assert": self._assert,
            "perform": self._perform,
            "execute": self._execute,
            "open": self._open,
        }

    def forget(self, *ends: str) -> None:
        """Move to one of some words, over what may give variables values that are not known."""
        start = self.at
        self.until(*ends)
        self.result.unknown.update(token.word for token in self.tokens[start : self.at])

    def _leave(self) -> None:
        while self.word() not in ("when", ";", ""):
            self.at += 1
        if self.take("when"):
            self.expression(";")

    def _return(self) -> None:
        self.at += 1
        if self.word() == ";":
            return
        if self.take("query"):
            if self.take("execute"):
                self.dynamic(";", "using")
                if self.take("using"):
                    self.expression(";")
            else:
                self.add(Form.STATEMENT, self.start(), self.until(";"))
            return
        self.take("next")
        if self.word() != ";":
            self.expression(";")

    def _raise(self) -> None:
        self.at += 1
        self.take("debug", "log", "info", "notice", "warning", "exception")
        token = self.peek()
        if token is not None and token.kind in ("string", "dollar"):
            self.at += 1
            if self.take(","):
                self.expression("using", ";")
        if self.word() != ";":
            self.until(";")

    def _assert(self) -> None:
        self.at += 1
        self.expression(";")

    def _perform(self) -> None:
        start = self.start()
        self.at += 1
        if self.word() == ";":
            raise LostError
        self.add(Form.STATEMENT, start, self.until(";"))

    def _execute(self) -> None:
        self.at += 1
        self.dynamic("into", "using", ";")
        if self.word() != ";":
            self.forget(";")

    def _open(self) -> None:
        self.until("for", ";")
        if self.take("for"):
            if self.take("execute"):
                self.dynamic("using", ";")
                if self.word() != ";":
                    self.until(";")
            else:
                self.add(Form.STATEMENT, self.start(), self.until(";"))

    def statement_until_semicolon(self) -> None:
        """Read SQL up to its semicolon, which stays; INTO with its targets is taken out."""
        start, nested, previous = self.start(), 0, ""
        blanks: list[tuple[int, int]] = []
        atomic = False
        while (token := self.peek()) is not None:
            word = self.word()
            if word == ";" and not nested and not atomic:
                self.add(Form.STATEMENT, start, self.previous_end(), tuple(blanks))
                return
            nested += (word in OPENING) - (word in CLOSING)
            atomic = (atomic or (previous == "begin" and word == "atomic")) and not (atomic and word == "end")
            if word == "into" and not nested and previous not in ("insert", "merge"):
                blanks.append(self._into())
            else:
                self.at += 1
            previous = word if token.kind == "word" else ""
        raise LostError

    def _into(self) -> tuple[int, int]:
        start, first = self.start(), self.at
        self.at += 1
        self.take("strict")
        while True:
            self.at += 1
            while self.word() in (".", "["):
                if self.take("."):
                    self.at += 1
                else:
                    self.at += 1
                    self.until("]")
                    self.at += 1
            if not self.take(","):
                self.result.unknown.update(token.word for token in self.tokens[first : self.at])
                return start, self.previous_end()

    def expression(self, *ends: str) -> tuple[int, int]:
        """Read an expression up to one of some words; return where it starts and ends."""
        start = self.start()
        end = self.until(*ends)
        self.add(Form.EXPRESSION, start, end)
        return start, end

    def dynamic(self, *ends: str) -> None:
        """Read an expression whose value is run as SQL, up to one of some words."""
        start = self.start()
        self.add(Form.EXECUTE, start, self.until(*ends))

    def add(self, form: Form, start: int, end: int, blanks: tuple[tuple[int, int], ...] = ()) -> None:
        """Note a piece of SQL."""
        if end <= start:
            raise LostError
        self.result.fragments.append(Fragment(form, start, end, self.conditional > 0, blanks, self.loops))

    def assigns(self) -> bool:
        """Whether the statement is `target := value`; a variable may be named like a statement."""
        ahead, nested = 1, 0
        first = self.peek()
        if first is None or first.kind not in ("word", "name", "rest"):
            return False
        if first.text == "$":
            ahead = 2
        while (token := self.peek(ahead)) is not None:
            word = self.word(ahead)
            if nested:
                nested += (word == "[") - (word == "]")
            elif word in (":=", "="):
                return True
            elif word == "[":
                nested += 1
            elif word == ".":
                ahead += 1
            else:
                return False
            if token.kind == "mark" and word == ";":
                return False
            ahead += 1
        return False

    def assign(self) -> None:
        """Read `target := value`."""
        variable = self.word()
        whole = self.word(1) in (":=", "=")
        self.until(":=", "=")
        self.at += 1
        if not whole:
            self.result.unknown.add(variable)
        self.assigned(variable, self.expression(";"))

    def assigned(self, variable: str, expression: tuple[int, int]) -> None:
        """Note the expression that a variable gets its value from."""
        self.result.assigned.setdefault(variable, []).append(expression)
