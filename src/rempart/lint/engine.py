"""The engine: follows the statements in order, keeps the state, and asks the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rempart.lint.apply import apply
from rempart.lint.apply.session import begin_session
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State
from rempart.lint.statement import Direction, Origin, Statement
from rempart.report.finding import Finding, in_order
from rempart.sqltext.parse import Trouble, parse
from rempart.sqltext.positioned import PositionedText


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Report:
    """The outcome of a run.

    Attributes:
        findings: In order, suppressed ones included.
        statements: How many statements were judged.
        units: How many units were read.
    """

    findings: list[Finding]
    statements: int
    units: int


def lint(units: Sequence[Unit], rules: Iterable[Rule], settings: Settings) -> Report:
    """Judge units in the order they are run.

    Args:
        units: Files, then revisions from base to head; a downgrade follows its upgrade.
        rules: To ask.
        settings: What they must know.
    """
    run = _Run(rules, settings)
    for unit in units:
        run.unit(unit)
    run.end()
    return Report(in_order(run.findings), run.statements, len(units))


class _Run:
    def __init__(self, rules: Iterable[Rule], settings: Settings) -> None:
        self.settings = settings
        # Fresh ones: a rule may note what it judges at the end.
        self.rules = [type(rule)() for rule in rules if settings.severities.get(rule.name, rule.severity)]
        self.by_name = {rule.name: rule for rule in self.rules}
        self.by_kind: dict[type, list[Rule]] = {}
        for rule in self.rules:
            for kind in rule.statements:
                self.by_kind.setdefault(kind, []).append(rule)
        self.findings: list[Finding] = []
        self.statements = 0
        self.states: dict[Direction, State] = {}
        self.sources: dict[str, PositionedText] = {}

    def unit(self, unit: Unit) -> None:
        if unit.direction is Direction.DOWNGRADE:
            state = self.states.get(Direction.UPGRADE, State()).copy()
        else:
            state = self.states.setdefault(unit.direction, State())
        begin_session(state)
        for text in unit.texts:
            self.sources.setdefault(text.path, text)
            script = parse(text)
            for trouble in script.troubles:
                name = "psql-command" if trouble.trouble is Trouble.PSQL else "syntax-error"
                self.report(name, Problem(trouble.message, script.text.place(trouble.start)))
            for parsed in script.statements:
                self.statement(
                    Statement(parsed.node, script.text, parsed.start, parsed.end, unit.direction, unit=unit.name), state
                )

    def statement(self, statement: Statement, state: State) -> None:
        self.statements += 1
        asked = self.by_kind.get(type(statement.node), ())
        for rule in asked:
            for problem in rule.before(statement, state, self.settings):
                self.report(rule.name, problem)
        if statement.origin is not Origin.FUNCTION:
            apply(statement, state)
        for rule in asked:
            for problem in rule.after(statement, state, self.settings):
                self.report(rule.name, problem)

    def end(self) -> None:
        for state in self.states.values():
            for rule in self.rules:
                for problem in rule.at_end(state, self.settings):
                    self.report(rule.name, problem)

    def report(self, name: str, problem: Problem) -> None:
        rule = self.by_name.get(name)
        if rule is None:
            return
        severity = self.settings.severities.get(name, rule.severity)
        assert severity is not None, "rules that are switched off are not asked"
        place, source = problem.place, self.sources.get(problem.place.path)
        self.findings.append(
            Finding(
                rule=name,
                severity=severity,
                message=problem.message,
                path=place.path,
                line=place.line,
                column=place.column,
                object=problem.object,
                source=source.line_text(place.line) if source else "",
            )
        )
