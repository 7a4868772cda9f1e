"""The engine: follows the statements in order, keeps the state, and asks the rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pglast import ast

from rempart.lint.apply import apply, changes_structure
from rempart.lint.apply.functions import key_of
from rempart.lint.apply.session import begin_session
from rempart.lint.rollback import Rollback
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.lint.statement import Direction, Origin, Statement
from rempart.lint.suppressions import UNUSED, Suppressions
from rempart.records import record, replace
from rempart.report.finding import Finding, in_order
from rempart.sqltext.conversion import quick_conversion
from rempart.sqltext.parse import Trouble, Unparsed, parse
from rempart.sqltext.positioned import Place, PositionedText

if TYPE_CHECKING:
    from datetime import date

    from rempart.sqltext.bodies import Body, Inner

SYNTAX, PSQL = "syntax-error", "psql-command"
DYNAMIC, DYNAMIC_IN_FUNCTION = "dynamic-sql", "dynamic-sql-in-function"
UNFOLLOWED = "unfollowed-statement"

_WORD = r'"(?:[^"]|"")*"|\w+(?:\.(?:\w+|"(?:[^"]|"")*"))*|\S'
_DEEPEST = 20


@record(frozen=True)
class Unit:
    """What is run as one: a file, or one direction of a revision.

    Attributes:
        name: For messages.
        direction: What it is.
        texts: Its SQL, in order.
        revision: The revision's id.
    """

    name: str
    direction: Direction
    texts: list[PositionedText]
    revision: str | None = None


@record(frozen=True)
class Report:
    """The outcome of a run.

    Attributes:
        findings: In order, suppressed ones included.
        statements: How many statements were judged.
        units: How many units were read.
        empty: Names of the units that hold no statement, and nothing that failed to be one.
    """

    findings: list[Finding]
    statements: int
    units: int
    empty: tuple[str, ...] = ()


Check = Callable[[Statement, State, Settings], Iterator[Problem]]
"""What a rule is asked about a statement."""
Checker = Callable[[Sequence[Unit], Settings], Iterable[tuple[str, Problem]]]
"""A check outside of the engine: gives the name of a rule of the run with each problem it finds. Severity, suppressions
and order are the engine's."""


def lint(
    units: Sequence[Unit],
    rules: Iterable[Rule],
    settings: Settings,
    checkers: Sequence[Checker] = (),
    today: date | None = None,
) -> Report:
    """Judge units in the order they are run.

    Files make one state, upgrades another. A downgrade is judged on a copy of the state its revision leaves, wherever
    it stands among the units.

    Args:
        units: Files, and revisions from base to head.
        rules: To ask.
        settings: What they must know.
        checkers: Further checks of the same units, whose rules are among `rules`.
        today: The day that the dates of suppressions are judged by; the current one by default.
    """
    with quick_conversion():
        return _lint(units, _Run(rules, settings, today), checkers)


def _lint(units: Sequence[Unit], run: _Run, checkers: Sequence[Checker]) -> Report:
    downgrades: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.direction is Direction.DOWNGRADE and unit.revision is not None:
            downgrades.setdefault(unit.revision, []).append(unit)
    upgraded = {unit.revision for unit in units if unit.direction is Direction.UPGRADE}
    for unit in units:
        if unit.direction is Direction.DOWNGRADE:
            if unit.revision not in upgraded:
                run.unit(unit)
            continue
        run.unit(unit)
        if unit.direction is Direction.UPGRADE and unit.revision is not None:
            for downgrade in downgrades.get(unit.revision, ()):
                run.unit(downgrade)
    run.end()
    for checker in checkers:
        for name, problem in checker(units, run.settings):
            run.report(name, problem)
    return Report(run.judged(), run.statements, len(units), tuple(run.empty))


@record()
class _Line:
    """A line of statements that lead to one state: the files, the upgrades, or one downgrade.

    A rule may remember what it saw of the line, so that every line is asked about by rules of its own.
    """

    state: State
    rules: list[Rule]

    def __post_init__(self) -> None:
        self.before: dict[type, list[tuple[Rule, Check]]] = {}
        self.after: dict[type, list[tuple[Rule, Check]]] = {}
        for rule in self.rules:
            for kind in rule.statements:
                if type(rule).before is not Rule.before:
                    self.before.setdefault(kind, []).append((rule, rule.before))
                if type(rule).after is not Rule.after:
                    self.after.setdefault(kind, []).append((rule, rule.after))


def _anew(rule: Rule) -> Rule:
    """The rule without memory; those that remember nothing are their own."""
    return rule if type(rule).__init__ is object.__init__ else type(rule)()


class _Run:
    def __init__(self, rules: Iterable[Rule], settings: Settings, today: date | None) -> None:
        given = list(rules)
        self.settings = settings
        self.rules = [rule for rule in given if settings.severities.get(rule.name, rule.severity)]
        self.by_name = {rule.name: rule for rule in self.rules}
        names = frozenset(rule.name for rule in given)
        self.suppressions = Suppressions(names, frozenset(self.by_name), today)
        self.findings: list[Finding] = []
        self.statements = 0
        self.empty: list[str] = []
        self.lines: dict[Direction, _Line] = {}
        self.sources: dict[str, PositionedText] = {}

    def unit(self, unit: Unit) -> None:
        """Read one unit."""
        line = self.line(unit.direction)
        state = line.state
        begin_session(state)
        found = 0
        for text in unit.texts:
            self.sources.setdefault(text.path, text)
            script = parse(text)
            found += len(script.statements) + len(script.troubles)
            self.suppressions.read(script.text, script.spans)
            for trouble in script.troubles:
                self.trouble(script.text, trouble)
            rollback = Rollback(one.node for one in script.statements)
            for one in script.statements:
                rollback.follow(one.node, state)
                start, end = one.start - one.shift, one.end - one.shift
                self.statement(Statement(one.node, one.text, start, end, unit.direction, unit=unit.name), line)
        if not found:
            self.empty.append(unit.name)

    def line(self, direction: Direction) -> _Line:
        """The line that a unit goes on with; a downgrade leaves a line of its own."""
        if direction is Direction.DOWNGRADE:
            upgrades = self.lines.get(Direction.UPGRADE)
            state = upgrades.state.copy() if upgrades is not None else State()
            return _Line(state, [_anew(rule) for rule in self.rules])
        if direction not in self.lines:
            self.lines[direction] = _Line(State(), [_anew(rule) for rule in self.rules])
        return self.lines[direction]

    def trouble(self, text: PositionedText, trouble: Unparsed) -> None:
        """Report a part of a text that is no statement."""
        name = PSQL if trouble.trouble is Trouble.PSQL else SYNTAX
        self.report(name, Problem(trouble.message, text.place(trouble.start)))

    def statement(self, statement: Statement, line: _Line, depth: int = 0) -> None:
        """Judge one statement and what it holds, and take it in."""
        self.statements += 1
        kind, state = type(statement.node), line.state
        for rule, check in line.before.get(kind, ()):
            self.ask(rule, check, statement, state)
        if statement.origin is not Origin.FUNCTION:
            try:
                apply(statement, state)
            except Exception as error:
                self.failed(UNFOLLOWED, "the statement could not be followed", statement.place, error)
        for rule, check in line.after.get(kind, ()):
            self.ask(rule, check, statement, state)
        if kind is ast.CreateSchemaStmt and statement.node.schemaElts:
            self.schema_elements(statement, line, depth)
        elif kind is ast.DoStmt or kind is ast.CreateFunctionStmt:
            self.body(statement, line, depth)

    def ask(self, rule: Rule, check: Check, statement: Statement, state: State) -> None:
        """Ask a rule about a statement. A rule that breaks is a finding of its own: it has judged nothing."""
        try:
            for problem in check(statement, state, self.settings):
                self.report(rule.name, problem)
        except Exception as error:
            self.failed(rule.name, f"the rule {rule.name} broke on this statement", statement.place, error)

    def failed(self, rule: str, what: str, place: Place, error: Exception) -> None:
        """Report a defect of the linter."""
        self.report(rule, Problem(f"{what}: {type(error).__name__}; this is a defect of rempart", place))

    def schema_elements(self, statement: Statement, line: _Line, depth: int) -> None:
        """The statements that stand inside of CREATE SCHEMA; what they do not qualify lands in the schema."""
        node, state = statement.node, line.state
        path = state.search_path
        schema = node.schemaname or (node.authrole.rolename if node.authrole else None)
        if schema:
            state.search_path = (str(schema), *path)
        for element in node.schemaElts:
            self.statement(replace(statement, node=element), line, depth + 1)
        state.search_path = path

    def body(self, statement: Statement, line: _Line, depth: int) -> None:
        """The statements that stand in a DO block or function."""
        from rempart.sqltext.bodies import language_of

        state = line.state
        node, is_block = statement.node, isinstance(statement.node, ast.DoStmt)
        if depth >= _DEEPEST:
            message = "blocks are nested too deeply to be followed"
            self.report(UNFOLLOWED, Problem(message, statement.place))
            return
        body = statement.body
        if body is None:
            if is_block:
                message = f"a DO block in {language_of(node)} cannot be followed"
                self.report(UNFOLLOWED, Problem(message, statement.place))
            return
        self.suppressions.read(body.text, body.spans)
        for at, what in body.lost:
            self.report(SYNTAX, Problem(f"the PL/pgSQL cannot be followed: {what}", body.text.place(at)))
        for text, trouble in body.troubles:
            self.trouble(text, trouble)
        in_function = not is_block or statement.origin is Origin.FUNCTION
        self.dynamic(body, in_function)
        function = statement.function if is_block else shown(key_of(node, state)[0])
        for one in body.statements:
            self.statement(self.inner(one, statement, in_function, function), line, depth + 1)
        if not is_block and statement.origin is not Origin.FUNCTION:
            known = state.functions.get(key_of(node, state))
            if known is not None:
                known.changes_structure = bool(body.dynamic) or any(
                    changes_structure(one.node) for one in body.statements
                )

    def inner(self, one: Inner, outer: Statement, in_function: bool, function: str) -> Statement:
        """A statement of a body as rules see it."""
        origin = Origin.EXECUTE if one.executed else Origin.BLOCK
        return Statement(
            node=one.node,
            text=one.text,
            start=one.start,
            end=one.end,
            direction=outer.direction,
            origin=Origin.FUNCTION if in_function else origin,
            unit=outer.unit,
            function=function,
            conditional=one.conditional or outer.conditional,
        )

    def dynamic(self, body: Body, in_function: bool) -> None:
        """Report the EXECUTEs of a body whose text cannot be known."""
        for one in body.dynamic:
            written = " ".join(one.written.split())
            text = written if len(written) <= 60 else written[:57] + "..."
            if not in_function:
                name, why = DYNAMIC, "what it does cannot be known"
            elif one.quoted:
                name, why = DYNAMIC_IN_FUNCTION, "what it does cannot be known"
            else:
                name, why = DYNAMIC, "values stand in it unquoted"
            self.report(name, Problem(f"EXECUTE runs text made at run time: {text}: {why}", body.text.place(one.at)))

    def end(self) -> None:
        """Ask the rules about the final states."""
        for line in self.lines.values():
            for rule in line.rules:
                try:
                    for problem in rule.at_end(line.state, self.settings):
                        self.report(rule.name, problem)
                except Exception as error:
                    self.failed(rule.name, f"the rule {rule.name} broke", Place("-", 0, 1), error)

    def report(self, name: str, problem: Problem) -> None:
        """Enter a finding, unless its rule is switched off."""
        rule = self.by_name.get(name)
        if rule is None:
            return
        severity = self.settings.severities.get(name, rule.severity)
        assert severity is not None, "rules that are switched off are not asked"
        place = problem.place
        source = self.sources.get(place.path)
        line = source.line_text(place.line) if source is not None else ""
        word = re.compile(_WORD).match(line, place.column - 1)
        self.findings.append(
            Finding(
                rule=name,
                severity=severity,
                message=problem.message,
                path=place.path,
                line=place.line,
                column=place.column,
                object=problem.object,
                source=line,
                length=len(word.group()) if word else 1,
            )
        )

    def judged(self) -> list[Finding]:
        """All findings in order, suppressions applied and judged themselves."""
        suppressed = self.suppressions.judge(self.findings)
        self.findings = []
        for name, problem in self.suppressions.problems:
            self.report(name, problem)
        for problem in self.suppressions.unused():
            self.report(UNUSED, problem)
        return in_order([*suppressed, *self.findings])
