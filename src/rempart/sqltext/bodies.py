"""Statements inside of statements: DO blocks, bodies of functions, constant strings of EXECUTE."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from pglast import ast, parse_sql
from pglast.parser import ParseError

from rempart.records import field, record
from rempart.sqltext import plpgsql
from rempart.sqltext.constants import Quoted, Text, Unknown, constant
from rempart.sqltext.literals import literal, read
from rempart.sqltext.parse import Trouble, Unparsed, parse
from rempart.sqltext.positioned import PositionedText
from rempart.sqltext.structure import Form, Fragment, Structure
from rempart.sqltext.tokens import tokens

_WITH_SELECT = "select "
_MOST_ROUNDS = 200
"""How often an EXECUTE in loops over constants is read, before it is taken for one that cannot be known."""


@record(frozen=True)
class Inner:
    """A statement in a body.

    Attributes:
        node: Its parse tree; locations are indexes into `text`.
        text: The text it was parsed from.
        start: Index of its first character there.
        end: Index after its last.
        conditional: Whether it may not run when the body does.
        executed: Whether it is the constant text of an EXECUTE.
    """

    node: Any
    text: PositionedText
    start: int
    end: int
    conditional: bool = False
    executed: bool = False


@record(frozen=True)
class Dynamic:
    """An EXECUTE whose text is made at run time.

    Attributes:
        at: Index in the body of the expression that makes it.
        written: The expression.
        quoted: Whether every value in it is quoted as an identifier or literal, as far as the expression tells.
    """

    at: int
    written: str
    quoted: bool


@record()
class Body:
    """The body of a DO block or function.

    Attributes:
        text: The text of the body.
        statements: In order.
        dynamic: EXECUTEs of text that cannot be known.
        troubles: Parts that are no SQL, with the text their indexes refer to.
        spans: Start and end, in `text`, of every statement.
        lost: Where the structure of PL/pgSQL could not be followed, with what was met there.
    """

    text: PositionedText
    statements: list[Inner] = field(default_factory=list)
    dynamic: list[Dynamic] = field(default_factory=list)
    troubles: list[tuple[PositionedText, Unparsed]] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    lost: list[tuple[int, str]] = field(default_factory=list)


def language_of(node: Any) -> str:
    """Language of a DO block or of a function, in lower case; SQL when the body is written in SQL itself.

    Args:
        node: A DoStmt or CreateFunctionStmt.
    """
    options = node.args if isinstance(node, ast.DoStmt) else node.options
    for option in options or ():
        if option.defname == "language":
            return str(option.arg.sval).lower()
    return "plpgsql" if isinstance(node, ast.DoStmt) else "sql"


def body_of(node: Any, text: PositionedText) -> Body | None:
    """Read the body of a statement.

    Args:
        node: A statement.
        text: The text it was parsed from.

    Returns:
        The body; None when there is none, or it is in a language other than SQL and PL/pgSQL.
    """
    if not isinstance(node, ast.DoStmt | ast.CreateFunctionStmt):
        return None
    language = language_of(node)
    if isinstance(node, ast.CreateFunctionStmt) and node.sql_body is not None:
        return _standard_body(node, text)
    if language not in ("sql", "plpgsql"):
        return None
    found = _text_of(node, text)
    if found is None:
        return None
    if language == "sql":
        return _sql_body(found)
    given = node.parameters or () if isinstance(node, ast.CreateFunctionStmt) else ()
    parameters = frozenset(str(one.name) for one in given if one.name)
    return _plpgsql_body(found, isinstance(node, ast.CreateFunctionStmt), parameters)


def _text_of(node: Any, text: PositionedText) -> PositionedText | None:
    options = node.args if isinstance(node, ast.DoStmt) else node.options
    for option in options or ():
        if option.defname == "as":
            parts = option.arg if isinstance(option.arg, tuple) else (option.arg,)
            if len(parts) != 1:
                return None
            value, at = str(parts[0].sval), option.arg_location
            found = literal(text, at if at is not None and at >= 0 else option.location, value)
            if found is not None:
                return found.text
            place = text.place(max(option.location or 0, 0))
            return PositionedText(value, text.path, text.file_text, fixed=(place.line, place.column))
    return None


def _sql_body(text: PositionedText) -> Body:
    script = parse(text)
    body = Body(script.text)
    for one in script.statements:
        body.statements.append(Inner(one.node, one.text, one.start - one.shift, one.end - one.shift))
    body.spans.extend(script.spans)
    body.troubles.extend((script.text, trouble) for trouble in script.troubles)
    return body


def _standard_body(node: Any, text: PositionedText) -> Body:
    """A body that was parsed with its statement: BEGIN ATOMIC … END, or RETURN."""
    held = node.sql_body
    while isinstance(held, tuple) and len(held) == 1 and isinstance(held[0], tuple):
        held = held[0]
    nodes = [one for one in (held if isinstance(held, tuple) else (held,)) if isinstance(one, ast.Node)]
    body = Body(text)
    spans = _atomic_spans(text.text, _first_option(node))
    if len(spans) != len(nodes):
        spans = [(0, 0)] * len(nodes)
    for one, (start, end) in zip(nodes, spans, strict=True):
        if isinstance(one, ast.ReturnStmt):
            continue
        body.statements.append(Inner(one, text, start, end))
    body.spans.extend(span for span in spans if span[1])
    return body


def _first_option(node: Any) -> int:
    return max(node.returnType.location if node.returnType else 0, 0)


def _atomic_spans(sql: str, at: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    previous, inside, cases, start, end = "", False, 0, None, 0
    for token in tokens(sql, at):
        if not inside:
            inside = previous == "begin" and token.text == "atomic"
        elif token.text == "end" and token.kind == "word" and not cases:
            return spans
        elif token.text == ";" and start is not None:
            spans.append((start, end))
            start = None
        elif token.text != ";":
            cases += (token.text == "case") - (token.text == "end")
            start = token.start if start is None else start
        previous, end = token.text, token.end
    return spans


def _plpgsql_body(text: PositionedText, in_function: bool, parameters: frozenset[str]) -> Body:
    structure = plpgsql.read(text.text)
    body = Body(text, spans=structure.spans, lost=structure.lost)
    variables: dict[str, Text] | None = None
    for fragment in structure.fragments:
        if fragment.form is not Form.EXECUTE:
            _parse(fragment, body, in_function)
            continue
        if variables is None:
            variables = _variables(structure, text)
        _execute(fragment, body, variables, _quoted_in(structure, text, parameters))
    return body


def _quoted_in(structure: Structure, text: PositionedText, parameters: frozenset[str]) -> Quoted:
    """What the variables of a body hold: SQL whose values are all quoted, wherever it was put together, or not."""
    asked: list[str] = []

    def quoted(name: str) -> bool | None:
        if name in asked:
            return True  # it is added to itself: what is added decides
        if name in structure.unknown:
            return None
        expressions = structure.assigned.get(name)
        if not expressions:
            return False if name in parameters and name not in structure.declared else None
        asked.append(name)
        found = [constant(text, start, end, None, quoted) for start, end in expressions]
        asked.pop()
        return all(isinstance(one, Text) or one.quoted for one in found)

    return quoted


def _variables(structure: Structure, text: PositionedText) -> dict[str, Text]:
    """The variables that have one value from their only assignment on, and that value is constant."""
    known: dict[str, Text] = {}
    for name, expressions in structure.assigned.items():
        if len(expressions) == structure.declared.count(name) == 1 and name not in structure.unknown:
            value = constant(text, *expressions[0], known)
            if isinstance(value, Text):
                known[name] = value
    return known


def _execute(fragment: Fragment, body: Body, variables: dict[str, Text], quoted: Quoted) -> None:
    for turn, known in enumerate(_rounds(fragment, body, variables)):
        found = (
            constant(body.text, fragment.start, fragment.end, known, quoted) if turn < _MOST_ROUNDS else Unknown(True)
        )
        if not isinstance(found, Text):
            written = body.text.text[fragment.start : fragment.end]
            body.dynamic.append(Dynamic(fragment.start, written, found.quoted))
            return
        script = parse(body.text.decoded(found.value, found.indexes))
        for one in script.statements:
            body.statements.append(
                Inner(
                    one.node,
                    one.text,
                    one.start - one.shift,
                    one.end - one.shift,
                    fragment.conditional,
                    executed=True,
                )
            )
        body.troubles.extend((script.text, trouble) for trouble in script.troubles)


def _rounds(fragment: Fragment, body: Body, variables: dict[str, Text]) -> Iterator[dict[str, Text]]:
    """The values of the variables each time an EXECUTE runs, as far as it stands in loops over constants."""
    written = {token.word for token in tokens(body.text.text, fragment.start, fragment.end)}
    outside = {name: variables[name] for name in written - fragment.loops.keys() if name in variables}
    used = [name for name, indexes in fragment.loops.items() if name in written and indexes]
    for values in product(*(fragment.loops[name] for name in used)):
        texts = {name: _literal_at(body.text, at) for name, at in zip(used, values, strict=True)}
        yield outside | {name: value for name, value in texts.items() if value is not None}


def _literal_at(text: PositionedText, at: int) -> Text | None:
    found = read(text, at)
    return Text(found.text.text, found.indexes) if found is not None else None


def _parse(fragment: Fragment, body: Body, in_function: bool) -> None:
    written = body.text.text[fragment.start : fragment.end]
    if fragment.form is Form.EXPRESSION:
        # What an expression reads matters everywhere; whom it calls only where it runs when the file does.
        if "select" not in written.lower() and (in_function or "(" not in written):
            return
        indexes = [fragment.start] * len(_WITH_SELECT) + list(range(fragment.start, fragment.end + 1))
        text = body.text.decoded(_WITH_SELECT + written, indexes)
    else:
        for start, end in fragment.blanks:
            start, end = start - fragment.start, end - fragment.start
            blank = "".join(character if character in "\r\n" else " " for character in written[start:end])
            written = written[:start] + blank + written[end:]
        if written[:7].lower() == "perform":
            written = _WITH_SELECT + written[7:]
        text = body.text.part(fragment.start, fragment.end)
        text.text = written
    try:
        raws = parse_sql(text.text)
    except ParseError as error:
        at = error.args[1] if len(error.args) > 1 and error.args[1] is not None else len(text.text) - 1
        body.troubles.append((text, Unparsed(Trouble.SYNTAX, str(error.args[0]), int(at), len(text.text))))
        return
    except (UnicodeError, RecursionError, MemoryError):
        message = "the statement is nested too deeply to be read"
        body.troubles.append((text, Unparsed(Trouble.SYNTAX, message, 0, len(text.text))))
        return
    for raw in raws:
        body.statements.append(Inner(raw.stmt, text, 0, len(text.text), fragment.conditional))
