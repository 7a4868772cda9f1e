"""PL/pgSQL read as structure: which SQL stands where, and whether it always runs.

The parser of libpg_query gives lines but no columns, and gives up on types it cannot look up; this reads tokens. It is
no checker: what it cannot follow it says, and goes on with the next statement.
"""

from __future__ import annotations

import re

from rempart.sqltext.cursor import CLOSING, OPENING, LostError
from rempart.sqltext.simple_statements import SimpleStatements
from rempart.sqltext.structure import Form, Structure
from rempart.sqltext.tokens import Token, tokens

_QUERY_WORDS = frozenset(
    {"select", "with", "values", "table", "insert", "update", "delete", "merge", "show", "explain"}
)
_NO_SQL = frozenset({"null", "get", "fetch", "move", "close"})
_ENDS = frozenset({"end", "else", "elsif", "elseif", "when", "exception"})
_ARRAY = re.compile(r"array\[s(?:,s)*\](?:::(?:text|name|varchar|regclass)\[\])?")
_DEEPEST = 200


def read(body: str) -> Structure:
    """Read the text of a DO block or of a PL/pgSQL function.

    Args:
        body: The text between the quotes.
    """
    reader = _Reader(body)
    reader.body()
    return reader.result


class _Reader(SimpleStatements):
    def __init__(self, body: str) -> None:
        super().__init__(body, _without_options(list(tokens(body))))
        self.depth = 0
        self.handlers |= {
            "if": self._if,
            "case": self._case,
            "loop": self._loop,
            "while": self._while,
            "for": self._for,
            "foreach": self._foreach,
            "declare": self._block,
            "begin": self._block,
        }

    # Structure

    def body(self) -> None:
        """Read everything; a body that cannot be followed keeps what was read of it."""
        try:
            self._block()
            if self.peek() is not None:
                raise LostError
        except LostError:
            self._lose()
        except RecursionError:
            self.result.lost.append((0, "the body is nested too deeply to be read"))

    def _lose(self) -> None:
        token = self.peek()
        what = f"{self.text[token.start : token.end][:40]} is not expected here" if token else "the body ends too early"
        self.result.lost.append((self.start(), what))

    def _block(self) -> None:
        self._label()
        while self.take("declare"):
            self._declarations()
        self.expect("begin")
        self._statements()
        if self.take("exception"):
            self.conditional += 1
            while self.take("when"):
                self.until("then")
                self.expect("then")
                self._statements()
            self.conditional -= 1
        self.expect("end")
        if self.peek() is not None and self.word() != ";":
            self.at += 1
        if self.peek() is not None:
            self.expect(";")

    def _label(self) -> None:
        if self.take("<<"):
            self.until(">>")
            self.at += 1

    def _declarations(self) -> None:
        while self.peek() is not None and self.word() not in ("begin", "declare"):
            begin = self.start()
            variable = self.word()
            self.result.declared.append(variable)
            nested = 0
            while (word := self.word()) != ";" or nested:
                if self.peek() is None:
                    raise LostError
                nested += (word in OPENING) - (word in CLOSING)
                self.at += 1
                if nested:
                    continue
                if word in (":=", "=", "default"):
                    self.assigned(variable, self.expression(";"))
                    break
                if word in ("for", "is") and self.word() in _QUERY_WORDS:
                    self.statement_until_semicolon()
                    break
            self._span(begin)
            self.expect(";")

    def _statements(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise LostError
        while self.peek() is not None and self.word() not in _ENDS:
            at = self.at
            try:
                self._statement()
            except LostError:
                self._lose()
                self._skip(at)
        self.depth -= 1

    def _skip(self, failed: int) -> None:
        """Go on behind the next semicolon."""
        self.at = max(self.at, failed)
        while self.peek() is not None and not self.take(";"):
            self.at += 1
        if self.at == failed:
            self.at += 1

    def _statement(self) -> None:
        if self.take(";"):
            return
        begin = self.start()
        word = self.word()
        if word == "<<":
            self._label()
            word = self.word()
        handler = self.handlers.get(word)
        if handler is not None and not self.assigns():
            handler()
        elif word in _NO_SQL and not self.assigns():
            self.forget(";")
        elif self.assigns():
            self.assign()
        else:
            self.statement_until_semicolon()
        if word not in ("if", "case", "loop", "while", "for", "foreach", "declare", "begin"):
            self._span(begin)
            self.expect(";")

    def _span(self, begin: int) -> None:
        self.result.spans.append((begin, max(self.previous_end(), begin)))

    # Statements that hold others

    def _branch(self, begin: int, runs: bool = False) -> None:
        """The statements behind a condition that was just read, or behind one that is known to hold."""
        self._span(begin)
        self.conditional += not runs
        self._statements()
        self.conditional -= not runs

    def _if(self) -> None:
        begin = self.start()
        self.at += 1
        self.expression("then")
        self.expect("then")
        self._branch(begin)
        while self.word() in ("elsif", "elseif"):
            begin = self.start()
            self.at += 1
            self.expression("then")
            self.expect("then")
            self._branch(begin)
        if self.take("else"):
            self._branch(self.previous_end())
        self.expect("end")
        self.expect("if")
        self.expect(";")

    def _case(self) -> None:
        begin = self.start()
        self.at += 1
        if self.word() != "when":
            self.expression("when")
        self._span(begin)
        while self.word() == "when":
            begin = self.start()
            self.at += 1
            self.expression("then")
            self.expect("then")
            self._branch(begin)
        if self.take("else"):
            self._branch(self.previous_end())
        self.expect("end")
        self.expect("case")
        self.expect(";")

    def _loop(self, runs: bool = False) -> None:
        begin = self.start()
        self.expect("loop")
        self._branch(begin, runs)
        self.expect("end")
        self.expect("loop")
        if self.peek() is not None and self.word() != ";":
            self.at += 1
        self.expect(";")

    def _while(self) -> None:
        self.at += 1
        self.expression("loop")
        self._loop()

    def _for(self) -> None:
        self.forget("in")
        self.at += 1
        if self.take("execute"):
            self.dynamic("loop", "using")
            if self.take("using"):
                self.expression("loop")
        elif self.word() in _QUERY_WORDS:
            start = self.start()
            self.add(Form.STATEMENT, start, self.until("loop"))
        else:
            self.take("reverse")
            start = self.start()
            end = self.until("loop", "..")
            self.add(Form.STATEMENT if self._opens_query(start) else Form.EXPRESSION, start, end)
            while self.take("..", "by"):
                self.expression("loop", "by")
        self._loop()

    def _opens_query(self, start: int) -> bool:
        first = next((one for one in tokens(self.text, start) if one.text != "("), None)
        return first is not None and first.text in _QUERY_WORDS and self.text[start] == "("

    def _foreach(self) -> None:
        variable = self.word(1)
        plain = self.word(2) == "in"
        start = self.at
        self.until("array")
        if not plain:
            self.result.unknown.update(token.word for token in self.tokens[start : self.at])
        self.at += 1
        first = self.at
        self.expression("loop")
        values = self._constants(first) if plain else ()
        outer = self.loops
        # Hides a variable of that name, whatever values it has elsewhere.
        self.loops = {**outer, variable: values}
        self._loop(runs=bool(values))
        self.loops = outer

    def _constants(self, first: int) -> tuple[int, ...]:
        """Indexes of the strings of `array['…', '…']`, which was just read; none for anything else."""
        found = self.tokens[first : self.at]
        words = "".join("s" if token.kind in ("string", "dollar") else token.word or "?" for token in found)
        if not _ARRAY.fullmatch(words):
            return ()
        return tuple(token.start for token in found if token.kind in ("string", "dollar"))


def _without_options(found: list[Token]) -> list[Token]:
    """Leave out `#variable_conflict …` and the like, which stand before the first block."""
    while len(found) > 2 and found[0].text == "#":
        found = found[3:]
    return found
