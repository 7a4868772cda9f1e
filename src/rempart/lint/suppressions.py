"""Comments in the SQL that allow a finding: `-- rempart: allow RULE[, RULE] [until YYYY-MM-DD]: reason`.

A comment covers one statement: the one it stands in, the one directly below it (other comments may stand between, blank
lines may not), or the one that ends on its line. It allows nothing without a reason, or after its date.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rempart.lint.rule import Problem
from rempart.records import field, record
from rempart.report.finding import Finding
from rempart.sqltext.positioned import Place, PositionedText

if TYPE_CHECKING:
    from datetime import date

WITHOUT_REASON = "suppression-without-reason"
UNKNOWN_RULE = "suppression-unknown-rule"
EXPIRED = "suppression-expired"
UNUSED = "suppression-unused"
ABOUT_SUPPRESSIONS = frozenset({WITHOUT_REASON, UNKNOWN_RULE, EXPIRED, UNUSED})
"""The rules about suppressions; a suppression cannot allow these."""

_MARK = r"(?:--+|/\*+|\n[ \t]*\**)[ \t]*rempart:[ \t]*"
_ALLOW = r"allow\s+(?P<rules>[\w/-]+(?:\s*,\s*[\w/-]+)*)(?:\s+until\s+(?P<until>[^\s:]+))?\s*(?::\s*(?P<reason>.*))?\Z"
_BLANK_LINE = r"\n[ \t\r]*\n"
# Most texts hold no suppression: the patterns are compiled where they are first used.


@record()
class Suppression:
    """A comment that allows rules in a statement.

    Attributes:
        place: Where it stands.
        rules: Names it allows, as written.
        until: Its last day; None without one.
        start: Where what it covers begins; None when it covers nothing.
        end: Where that ends.
        used: Names that allowed a finding.
    """

    place: Place
    rules: tuple[str, ...]
    until: date | None
    start: Place | None
    end: Place | None
    used: set[str] = field(default_factory=set)


@record()
class Suppressions:
    """All suppressions of a run.

    Attributes:
        known: Names of all rules there are.
        active: Names of those that are asked; one that is not cannot use its suppression.
        today: The day to judge dates by; None for the current one.
        problems: What is wrong with suppressions, by rule.
    """

    known: frozenset[str]
    active: frozenset[str]
    today: date | None
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    _all: list[Suppression] = field(default_factory=list)
    _spans: dict[tuple[str, int], list[tuple[Place, Place]]] = field(default_factory=dict)
    _by_span: dict[tuple[Place, Place], dict[str, list[Suppression]]] = field(default_factory=dict)

    def read(self, text: PositionedText, spans: Sequence[tuple[int, int]]) -> None:
        """Take in the comments of a text.

        Args:
            text: The text.
            spans: Start and end of its statements.
        """
        sql = text.text
        if "rempart:" not in sql.lower():
            return
        from rempart.sqltext.tokens import comments

        found = comments(sql)
        covered = _covered(sql, found, _merged(spans))
        for (start, end), span in zip(found, covered, strict=True):
            marks = list(re.finditer(_MARK, sql[start:end], re.IGNORECASE))
            for position, mark in enumerate(marks):
                until = marks[position + 1].start() if position + 1 < len(marks) else end - start
                written = sql[start + mark.end() : start + until]
                self._take(text, written, text.place(start), span)

    def _take(self, text: PositionedText, written: str, place: Place, span: tuple[int, int] | None) -> None:
        match = re.match(_ALLOW, written.removesuffix("*/").strip(), re.IGNORECASE | re.DOTALL)
        if match is None:
            shown = written.strip().splitlines()[0][:60] if written.strip() else ""
            self._problem(UNKNOWN_RULE, f"the comment is not understood: rempart: {shown}", place)
            return
        names = tuple(name.strip().lower() for name in match["rules"].split(","))
        reason = match["reason"] or ""
        if not re.search(r"\w", reason):
            self._problem(WITHOUT_REASON, f"the suppression of {', '.join(names)} gives no reason", place)
            return
        until = None
        if match["until"]:
            from datetime import date

            try:
                until = date.fromisoformat(match["until"])
            except ValueError:
                self._problem(
                    EXPIRED,
                    f"the date {match['until']} of the suppression of {', '.join(names)} is no day (YYYY-MM-DD)",
                    place,
                )
                return
            if until < (self.today or date.today()):
                self._problem(EXPIRED, f"the suppression of {', '.join(names)} ended on {until}", place)
                return
        allowed = []
        for name in names:
            if name in ABOUT_SUPPRESSIONS or not self._knows(name):
                what = "cannot be suppressed" if name in ABOUT_SUPPRESSIONS else "is no rule"
                self._problem(UNKNOWN_RULE, f"{name} {what}", place)
            else:
                allowed.append(name)
        start, end = (text.place(span[0]), text.place(span[1])) if span else (None, None)
        found = Suppression(place, tuple(allowed), until, start, end)
        self._all.append(found)
        if start is not None and end is not None:
            if (start, end) not in self._by_span:
                self._by_span[start, end] = {}
                for line in range(start.line, end.line + 1):
                    self._spans.setdefault((place.path, line), []).append((start, end))
            for name in allowed:
                self._by_span[start, end].setdefault(name, []).append(found)

    def _knows(self, name: str) -> bool:
        """Whether there is such a rule. Those of another tool are only known where that is asked."""
        tool, slash, _ = name.partition("/")
        return name in self.known or (bool(slash) and not any(rule.startswith(tool + slash) for rule in self.known))

    def _problem(self, rule: str, message: str, place: Place) -> None:
        self.problems.append((rule, Problem(message, place)))

    def judge(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings, those allowed marked as suppressed.

        Args:
            findings: Of all rules but those about suppressions.
        """
        return [self._judged(finding) for finding in findings]

    def _judged(self, finding: Finding) -> Finding:
        allowed = False
        at = Place(finding.path, finding.line, finding.column)
        for start, end in self._spans.get((finding.path, finding.line), ()):
            allowing = self._by_span[start, end].get(finding.rule, ()) if start <= at <= end else ()
            allowed = allowed or bool(allowing)
            for suppression in allowing:
                if finding.rule in suppression.used:
                    break  # All of a statement are used at once.
                suppression.used.add(finding.rule)
        return finding.allowed() if allowed else finding

    def unused(self) -> Iterator[Problem]:
        """Suppressions that allowed nothing, name by name; to be asked after `judge`."""
        # A comment of a revision may stand above a call that makes several statements: one use is enough.
        used = {(one.place, name) for one in self._all for name in one.used}
        for suppression in self._all:
            for name in suppression.rules:
                if name in self.active and (suppression.place, name) not in used:
                    where = "" if suppression.start else ": there is no statement directly below it"
                    message = f"the suppression of {name} allows nothing{where}"
                    yield Problem(message, suppression.place)


def _covered(
    sql: str, found: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]
) -> list[tuple[int, int] | None]:
    """The statement that each comment of a text covers.

    Args:
        sql: The text.
        found: Start and end of its comments.
        spans: Start and end of its statements, in order.
    """
    starts = [start for start, _ in spans]
    covered: list[tuple[int, int] | None] = []
    # Backwards: what a comment is joined to without a blank line, the comment above it is too.
    joined: int | None = None
    following = len(sql)
    for start, end in reversed(found):
        at = bisect_right(starts, start)
        before = spans[at - 1] if at else None
        after = starts[at] if at < len(spans) else len(sql)
        if min(following, after) == after:
            joined, following = at if at < len(spans) else None, after
        if joined is not None and re.search(_BLANK_LINE, sql[end:following]):
            joined = None
        following = start
        if before is not None and "\n" not in sql[before[1] : start]:
            covered.append(before)  # It stands inside, or behind on the same line.
        else:
            covered.append(spans[joined] if joined is not None else None)
    return covered[::-1]


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
