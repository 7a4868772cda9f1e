"""A revision file as text and syntax tree: from SQL that was run back to the characters it was written in."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rempart.revisions.alignment import align
from rempart.revisions.literals import Hole, Part, Value, joined, literal_parts
from rempart.sqltext.positioned import Place, PositionedText

_ALLOWS = re.compile(r"#+[ \t]*(rempart:.*)", re.IGNORECASE)
_ESCAPED_COLON = re.compile(r"\\(?=:[\w$]*(?![:\w$]))")


@dataclass(frozen=True)
class Span:
    """What a frame was running: positions as the interpreter gives them.

    Attributes:
        line: Line of its first character, from 1.
        end_line: Line of its last character; None when the interpreter does not tell.
        end_column: Column after its last character, in bytes from 0; None when not told.
    """

    line: int
    end_line: int | None = None
    end_column: int | None = None


class Source:
    """The file of a revision.

    Args:
        path: The file.
        shown: Its path in findings.
    """

    def __init__(self, path: Path, shown: str) -> None:
        self.shown = shown
        with tokenize.open(path) as stream:
            self.text = stream.read()
        self._tree = ast.parse(self.text)
        self._lines = self.text.split("\n")
        self._starts = [0]
        for match in re.finditer("\n", self.text):
            self._starts.append(match.end())
        self._calls: dict[tuple[int, int], list[ast.expr]] = {}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.expr) and node.end_lineno is not None and node.end_col_offset is not None:
                self._calls.setdefault((node.end_lineno, node.end_col_offset), []).append(node)

    def function(self, name: str) -> ast.FunctionDef | None:
        """A function of the module; None when it is not defined there.

        Args:
            name: Its name.
        """
        found = None
        for node in self._tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                found = node
        return found

    def place_of_revision(self) -> Place:
        """Where the file says which revision it is; its first line when it does not say so plainly."""
        for node in self._tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if any(isinstance(target, ast.Name) and target.id == "revision" for target in targets):
                return Place(self.shown, node.lineno, node.col_offset + 1)
        return Place(self.shown, 1, 1)

    def positioned(self, sql: str, span: Span | None, *, escaped_colons: bool = False) -> PositionedText:
        """A piece of SQL with its places.

        Args:
            sql: What was run.
            span: What ran it in this file; None when nothing in it did.
            escaped_colons: Whether the text was given to SQLAlchemy, which reads `\\:` as a colon.
        """
        call = self._expression(span)
        at = self._index(call) if call is not None else self._start_of(span)
        origins = self._origins(sql, call)
        found = origins if origins is not None else [at] * (len(sql) + 1)
        if escaped_colons and "\\:" in sql:
            found = _without_escapes(sql, found)
            sql = _ESCAPED_COLON.sub("", sql)
        notes = self._allowances(call)
        if notes:
            sql = "".join(text + "\n" for text, _ in notes) + sql
            before = [index for text, start in notes for index in [*range(start, start + len(text)), start]]
            found = [*before, *found]
        if isinstance(found, range):
            return PositionedText(sql, self.shown, self.text, offset=found.start)
        if origins is not None or notes:
            return PositionedText(sql, self.shown, self.text, origins=found)
        place = PositionedText.whole_file(self.shown, self.text).place(at)
        return PositionedText(sql, self.shown, self.text, fixed=(place.line, place.column))

    def _origins(self, sql: str, call: ast.expr | None) -> Sequence[int] | None:
        if call is not None:
            for node in _literals(call):
                if (found := align(sql, self._parts(node))) is not None:
                    return found
        for node in self._by_value.get(_key(sql), ()):
            if (found := align(sql, self._parts(node))) is not None:
                return found
        for node in self._templates:
            parts = self._parts(node)
            known = sum(len(part.text) for part in parts if isinstance(part, Value))
            if 2 * known >= len(sql) and (found := align(sql, parts)) is not None:
                return found
        return None

    @cached_property
    def _by_value(self) -> dict[str, list[ast.expr]]:
        """The literals of the file, by their text without semicolon and indentation."""
        found: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self._tree):
            value = None
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                value = node.value
            elif isinstance(node, ast.JoinedStr | ast.BinOp):
                parts = self._parts(node)
                value = parts[0].text if len(parts) == 1 and isinstance(parts[0], Value) else None
            if value is not None and value.strip() and isinstance(node, ast.expr):
                found.setdefault(_key(value), []).append(node)
        return found

    @cached_property
    def _templates(self) -> list[ast.expr]:
        """The f-strings and sums with placeholders."""
        found: list[ast.expr] = []
        for node in ast.walk(self._tree):
            if isinstance(node, ast.JoinedStr | ast.BinOp):
                parts = self._parts(node)
                if len(parts) > 1 and any(isinstance(part, Value) and part.text.strip() for part in parts):
                    found.append(node)
        return found

    def _parts(self, node: ast.expr) -> list[Part]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return joined([*self._parts(node.left), *self._parts(node.right)])
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            return joined(literal_parts(self.text, self._index(node), self._end(node)))
        return [Hole(self._index(node))]

    def _expression(self, span: Span | None) -> ast.expr | None:
        """The outermost expression that a frame was running: the call, or the context manager of a `with`."""
        if span is None:
            return None
        if span.end_line is not None and span.end_column is not None:
            found = self._calls.get((span.end_line, span.end_column), [])
            calls = [node for node in found if isinstance(node, ast.Call) and node.lineno <= span.line]
            if calls:
                return min(calls, key=lambda node: (node.lineno, node.col_offset))
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call) and node.lineno <= span.line <= (node.end_lineno or node.lineno):
                return node
        return None

    def _allowances(self, call: ast.expr | None) -> list[tuple[str, int]]:
        """The comments `# rempart: allow …` at the statement of a call, as SQL comments with their place."""
        if call is None or not self._comments:
            return []
        around = [
            node
            for node in ast.walk(self._tree)
            if isinstance(node, ast.stmt) and node.lineno <= call.lineno and (node.end_lineno or 0) >= call.lineno
        ]
        statement = max(around, key=lambda node: (node.lineno, -(node.end_lineno or 0)))
        last = statement.end_lineno if not isinstance(statement, ast.With) else statement.lineno
        lines = [number for number in {statement.lineno, last} if number in self._comments]
        number = statement.lineno - 1
        while number in self._comments and self._lines[number - 1].lstrip().startswith("#"):
            lines.append(number)
            number -= 1
        found = []
        for number in sorted(lines):
            start, text = self._comments[number]
            if allowed := _ALLOWS.match(text):
                found.append((f"-- {allowed.group(1).rstrip()}", start))
        return found

    @cached_property
    def _comments(self) -> dict[int, tuple[int, str]]:
        """The comments of the file by line, with the index they start at; none when no line allows anything."""
        if not _ALLOWS.search(self.text):
            return {}
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {
            token.start[0]: (self._starts[token.start[0] - 1] + token.start[1], token.string)
            for token in tokens
            if token.type == tokenize.COMMENT
        }

    def _start_of(self, span: Span | None) -> int:
        if span is not None and span.line <= len(self._lines):
            line = self._lines[span.line - 1]
            return self._starts[span.line - 1] + len(line) - len(line.lstrip())
        place = self.place_of_revision()
        return self._starts[place.line - 1] + place.column - 1

    def _index(self, node: ast.expr) -> int:
        return self._at(node.lineno, node.col_offset)

    def _end(self, node: ast.expr) -> int:
        return self._at(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)

    def _at(self, line: int, column: int) -> int:
        """Index of a position of the syntax tree, whose columns count bytes."""
        start = self._starts[line - 1]
        text = self._lines[line - 1]
        return start + (column if text.isascii() else len(text.encode()[:column].decode(errors="replace")))


def _literals(call: ast.expr) -> Iterator[ast.expr]:
    """The string expressions in the arguments of a call, outer ones first."""
    if not isinstance(call, ast.Call):
        return
    queue: list[ast.AST] = [*call.args, *(keyword.value for keyword in call.keywords)]
    while queue:
        node = queue.pop(0)
        if isinstance(node, ast.JoinedStr | ast.BinOp) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            assert isinstance(node, ast.expr)
            yield node
        if not isinstance(node, ast.JoinedStr):
            queue.extend(ast.iter_child_nodes(node))
    if isinstance(call.func, ast.Attribute):
        yield from _literals_below(call.func.value)


def _literals_below(node: ast.expr) -> Iterator[ast.expr]:
    """Literals a method is called on, as in `"…".strip()`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    elif isinstance(node, ast.Call):
        yield from _literals(node)


def _key(sql: str) -> str:
    lines = (line.strip() for line in sql.strip().removesuffix(";").strip().splitlines())
    return "\n".join(lines)


def _without_escapes(sql: str, origins: Sequence[int]) -> list[int]:
    """The origins of a text whose `\\:` lose their backslash."""
    found: list[int] = []
    at = 0
    for match in _ESCAPED_COLON.finditer(sql):
        found.extend(origins[at : match.start()])
        at = match.end()
    return [*found, *origins[at:]]
