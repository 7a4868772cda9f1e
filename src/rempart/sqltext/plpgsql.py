"""PL/pgSQL read as structure: which SQL stands where, and whether it always runs.

The parser of libpg_query gives lines but no columns, and gives up on types it cannot look up; this reads tokens. It is
no checker: what it cannot follow it says, and goes on with the next statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rempart.sqltext.tokens import Token, tokens


class Form(StrEnum):
    """What a fragment is."""

    STATEMENT = "statement"
    """SQL that runs as it stands, clauses of PL/pgSQL taken out."""
    EXPRESSION = "expression"
    """What could stand behind SELECT."""
    EXECUTE = "execute"
    """An expression whose value is run as SQL."""


@dataclass(frozen=True)
class Fragment:
    """A piece of SQL in a body.

    Attributes:
        form: What it is.
        start: Index of its first character.
        end: Index after its last.
        conditional: Whether it may not run.
        blanks: Parts to leave out of it: `into` with its targets.
        loops: Variables of the loops it stands in that run over constants, each with the indexes of these.
    """

    form: Form
    start: int
    end: int
    conditional: bool
    blanks: tuple[tuple[int, int], ...] = ()
    loops: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass
class Structure:
    """A body, read.

    Attributes:
        fragments: In order.
        spans: Start and end of every statement that holds no other, and of the head of those that do.
        lost: Where the structure could not be followed, with what was met there.
        declared: Names of the variables that are declared, as often as they are.
        assigned: Start and end of each expression that a variable gets its value from, by its name.
        unknown: Variables that also get values in other ways.
    """

    fragments: list[Fragment] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    lost: list[tuple[int, str]] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    assigned: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


class _LostError(Exception):
    pass


_QUERY_WORDS = frozenset(
    {"select", "with", "values", "table", "insert", "update", "delete", "merge", "show", "explain"}
)
_NO_SQL = frozenset({"null", "get", "fetch", "move", "close"})
_ENDS = frozenset({"end", "else", "elsif", "elseif", "when", "exception"})
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")
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


class _Reader:
    def __init__(self, body: str) -> None:
        self.text = body
        self.tokens = _without_options(list(tokens(body)))
        self.at = 0
        self.depth = 0
        self.conditional = 0
        self.result = Structure()
        self._loops: dict[str, tuple[int, ...]] = {}
        self._handlers: dict[str, Callable[[], None]] = {
            "if": self._if,
            "case": self._case,
            "loop": self._loop,
            "while": self._while,
            "for": self._for,
            "foreach": self._foreach,
            "declare": self._block,
            "begin": self._block,
            "exit": self._leave,
            "continue": self._leave,
            "return": self._return,
            "raise": self._raise,
            "assert": self._expressions,
            "perform": self._perform,
            "execute": self._execute,
            "open": self._open,
        }

    # Tokens

    def _peek(self, ahead: int = 0) -> Token | None:
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def _word(self, ahead: int = 0) -> str:
        index = self.at + ahead
        return self.tokens[index].word if index < len(self.tokens) else ""

    def _take(self, *words: str) -> bool:
        if self._word() in words:
            self.at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise _LostError

    def _start(self) -> int:
        token = self._peek()
        return token.start if token else len(self.text)

    def _previous_end(self) -> int:
        return self.tokens[self.at - 1].end if self.at else 0

    def _until(self, *words: str) -> int:
        """Move to the first of some words outside of parentheses and CASE; return the end of what lies before."""
        nested = cases = 0
        while (token := self._peek()) is not None:
            word = token.word
            if not nested and not cases and word in words:
                return self._previous_end()
            if word == ";":
                break
            if word in _OPENING:
                nested += 1
            elif word in _CLOSING:
                nested -= 1
            elif word == "case":
                cases += 1
            elif word == "end" and cases:
                cases -= 1
            self.at += 1
        raise _LostError

    # Structure

    def body(self) -> None:
        """Read everything; a body that cannot be followed keeps what was read of it."""
        try:
            self._block()
            if self._peek() is not None:
                raise _LostError
        except _LostError:
            self._lose()
        except RecursionError:
            self.result.lost.append((0, "the body is nested too deeply to be read"))

    def _lose(self) -> None:
        token = self._peek()
        what = f"{self.text[token.start : token.end][:40]} is not expected here" if token else "the body ends too early"
        self.result.lost.append((self._start(), what))

    def _block(self) -> None:
        self._label()
        while self._take("declare"):
            self._declarations()
        self._expect("begin")
        self._statements()
        if self._take("exception"):
            self.conditional += 1
            while self._take("when"):
                self._until("then")
                self._expect("then")
                self._statements()
            self.conditional -= 1
        self._expect("end")
        if self._peek() is not None and self._word() != ";":
            self.at += 1
        if self._peek() is not None:
            self._expect(";")

    def _label(self) -> None:
        if self._take("<<"):
            self._until(">>")
            self.at += 1

    def _declarations(self) -> None:
        while self._peek() is not None and self._word() not in ("begin", "declare"):
            begin = self._start()
            variable = self._word()
            self.result.declared.append(variable)
            nested = 0
            while (word := self._word()) != ";" or nested:
                if self._peek() is None:
                    raise _LostError
                nested += (word in _OPENING) - (word in _CLOSING)
                self.at += 1
                if nested:
                    continue
                if word in (":=", "=", "default"):
                    self._assigned(variable, self._expression(";"))
                    break
                if word in ("for", "is") and self._word() in _QUERY_WORDS:
                    self._statement_until_semicolon()
                    break
            self._span(begin)
            self._expect(";")

    def _statements(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _LostError
        while self._peek() is not None and self._word() not in _ENDS:
            at = self.at
            try:
                self._statement()
            except _LostError:
                self._lose()
                self._skip(at)
        self.depth -= 1

    def _skip(self, failed: int) -> None:
        """Go on behind the next semicolon."""
        self.at = max(self.at, failed)
        while self._peek() is not None and not self._take(";"):
            self.at += 1
        if self.at == failed:
            self.at += 1

    def _statement(self) -> None:
        if self._take(";"):
            return
        begin = self._start()
        word = self._word()
        if word == "<<":
            self._label()
            word = self._word()
        handler = self._handlers.get(word)
        if handler is not None and not self._assigns():
            handler()
        elif word in _NO_SQL and not self._assigns():
            self._forget(";")
        elif self._assigns():
            self._assign()
        else:
            self._statement_until_semicolon()
        if word not in ("if", "case", "loop", "while", "for", "foreach", "declare", "begin"):
            self._span(begin)
            self._expect(";")

    def _assigns(self) -> bool:
        """Whether the statement is `target := value`; a variable may be named like a statement."""
        ahead, nested = 1, 0
        first = self._peek()
        if first is None or first.kind not in ("word", "name", "rest"):
            return False
        if first.text == "$":
            ahead = 2
        while (token := self._peek(ahead)) is not None:
            word = self._word(ahead)
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

    def _assign(self) -> None:
        variable = self._word()
        whole = self._word(1) in (":=", "=")
        self._until(":=", "=")
        self.at += 1
        if not whole:
            self.result.unknown.add(variable)
        self._assigned(variable, self._expression(";"))

    def _assigned(self, variable: str, expression: tuple[int, int]) -> None:
        self.result.assigned.setdefault(variable, []).append(expression)

    def _forget(self, *ends: str) -> None:
        """Pass over what may give variables values that are not known."""
        start = self.at
        self._until(*ends)
        self.result.unknown.update(token.word for token in self.tokens[start : self.at])

    def _span(self, begin: int) -> None:
        self.result.spans.append((begin, max(self._previous_end(), begin)))

    # Statements that hold others

    def _branch(self, begin: int, runs: bool = False) -> None:
        """The statements behind a condition that was just read, or behind one that is known to hold."""
        self._span(begin)
        self.conditional += not runs
        self._statements()
        self.conditional -= not runs

    def _if(self) -> None:
        begin = self._start()
        self.at += 1
        self._expression("then")
        self._expect("then")
        self._branch(begin)
        while self._word() in ("elsif", "elseif"):
            begin = self._start()
            self.at += 1
            self._expression("then")
            self._expect("then")
            self._branch(begin)
        if self._take("else"):
            self._branch(self._previous_end())
        self._expect("end")
        self._expect("if")
        self._expect(";")

    def _case(self) -> None:
        begin = self._start()
        self.at += 1
        if self._word() != "when":
            self._expression("when")
        self._span(begin)
        while self._word() == "when":
            begin = self._start()
            self.at += 1
            self._expression("then")
            self._expect("then")
            self._branch(begin)
        if self._take("else"):
            self._branch(self._previous_end())
        self._expect("end")
        self._expect("case")
        self._expect(";")

    def _loop(self, runs: bool = False) -> None:
        begin = self._start()
        self._expect("loop")
        self._branch(begin, runs)
        self._expect("end")
        self._expect("loop")
        if self._peek() is not None and self._word() != ";":
            self.at += 1
        self._expect(";")

    def _while(self) -> None:
        self.at += 1
        self._expression("loop")
        self._loop()

    def _for(self) -> None:
        self._forget("in")
        self.at += 1
        if self._take("execute"):
            self._dynamic("loop", "using")
            if self._take("using"):
                self._expression("loop")
        elif self._word() in _QUERY_WORDS:
            start = self._start()
            self._add(Form.STATEMENT, start, self._until("loop"))
        else:
            self._take("reverse")
            start = self._start()
            end = self._until("loop", "..")
            self._add(Form.STATEMENT if self._opens_query(start) else Form.EXPRESSION, start, end)
            while self._take("..", "by"):
                self._expression("loop", "by")
        self._loop()

    def _opens_query(self, start: int) -> bool:
        first = next((one for one in tokens(self.text, start) if one.text != "("), None)
        return first is not None and first.text in _QUERY_WORDS and self.text[start] == "("

    def _foreach(self) -> None:
        variable = self._word(1)
        plain = self._word(2) == "in"
        start = self.at
        self._until("array")
        if not plain:
            self.result.unknown.update(token.word for token in self.tokens[start : self.at])
        self.at += 1
        first = self.at
        self._expression("loop")
        values = self._constants(first) if plain else ()
        outer = self._loops
        # Hides a variable of that name, whatever values it has elsewhere.
        self._loops = {**outer, variable: values}
        self._loop(runs=bool(values))
        self._loops = outer

    def _constants(self, first: int) -> tuple[int, ...]:
        """Indexes of the strings of `array['…', '…']`, which was just read; none for anything else."""
        found = self.tokens[first : self.at]
        words = "".join("s" if token.kind in ("string", "dollar") else token.word or "?" for token in found)
        if not _ARRAY.fullmatch(words):
            return ()
        return tuple(token.start for token in found if token.kind in ("string", "dollar"))

    # Simple statements

    def _leave(self) -> None:
        while self._word() not in ("when", ";", ""):
            self.at += 1
        if self._take("when"):
            self._expression(";")

    def _return(self) -> None:
        self.at += 1
        if self._word() == ";":
            return
        if self._take("query"):
            if self._take("execute"):
                self._dynamic(";", "using")
                if self._take("using"):
                    self._expression(";")
            else:
                self._add(Form.STATEMENT, self._start(), self._until(";"))
            return
        self._take("next")
        if self._word() != ";":
            self._expression(";")

    def _raise(self) -> None:
        self.at += 1
        self._take("debug", "log", "info", "notice", "warning", "exception")
        token = self._peek()
        if token is not None and token.kind in ("string", "dollar"):
            self.at += 1
            if self._take(","):
                self._expression("using", ";")
        if self._word() != ";":
            self._until(";")

    def _expressions(self) -> None:
        self.at += 1
        self._expression(";")

    def _perform(self) -> None:
        start = self._start()
        self.at += 1
        if self._word() == ";":
            raise _LostError
        self._add(Form.STATEMENT, start, self._until(";"))

    def _execute(self) -> None:
        self.at += 1
        self._dynamic("into", "using", ";")
        if self._word() != ";":
            self._forget(";")

    def _open(self) -> None:
        self._until("for", ";")
        if self._take("for"):
            if self._take("execute"):
                self._dynamic("using", ";")
                if self._word() != ";":
                    self._until(";")
            else:
                self._add(Form.STATEMENT, self._start(), self._until(";"))

    def _statement_until_semicolon(self) -> None:
        start, nested, previous = self._start(), 0, ""
        blanks: list[tuple[int, int]] = []
        atomic = False
        while (token := self._peek()) is not None:
            word = self._word()
            if word == ";" and not nested and not atomic:
                self._add(Form.STATEMENT, start, self._previous_end(), tuple(blanks))
                return
            nested += (word in _OPENING) - (word in _CLOSING)
            atomic = (atomic or (previous == "begin" and word == "atomic")) and not (atomic and word == "end")
            if word == "into" and not nested and previous not in ("insert", "merge"):
                blanks.append(self._into())
            else:
                self.at += 1
            previous = word if token.kind == "word" else ""
        raise _LostError

    def _into(self) -> tuple[int, int]:
        start, first = self._start(), self.at
        self.at += 1
        self._take("strict")
        while True:
            self.at += 1
            while self._word() in (".", "["):
                if self._take("."):
                    self.at += 1
                else:
                    self.at += 1
                    self._until("]")
                    self.at += 1
            if not self._take(","):
                self.result.unknown.update(token.word for token in self.tokens[first : self.at])
                return start, self._previous_end()

    def _expression(self, *ends: str) -> tuple[int, int]:
        start = self._start()
        end = self._until(*ends)
        self._add(Form.EXPRESSION, start, end)
        return start, end

    def _dynamic(self, *ends: str) -> None:
        start = self._start()
        self._add(Form.EXECUTE, start, self._until(*ends))

    def _add(self, form: Form, start: int, end: int, blanks: tuple[tuple[int, int], ...] = ()) -> None:
        if end <= start:
            raise _LostError
        self.result.fragments.append(Fragment(form, start, end, self.conditional > 0, blanks, self._loops))


def _without_options(found: list[Token]) -> list[Token]:
    """Leave out `#variable_conflict …` and the like, which stand before the first block."""
    while len(found) > 2 and found[0].text == "#":
        found = found[3:]
    return found
