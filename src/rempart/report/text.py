"""Findings for people: the place, the line, and a caret below it."""

from __future__ import annotations

from collections.abc import Sequence

from rempart.report.finding import Finding, Severity

_RESET, _BOLD, _DIM = "\x1b[0m", "\x1b[1m", "\x1b[2m"
_COLOURS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.INFO: "\x1b[1;36m"}
_WIDEST = 160
_BEFORE = 60


def findings_text(findings: Sequence[Finding], judged: str, colour: bool = False) -> str:
    """Findings as text; suppressed ones are counted only.

    Args:
        findings: In the order to write them.
        judged: What was judged, for the last line, such as `12 statements in 3 files`.
        colour: Whether to use the colours of a terminal.
    """
    blocks = [_block(finding, colour) for finding in findings if not finding.suppressed]
    return "".join([*blocks, counts(findings, judged), "\n"])


def counts(findings: Sequence[Finding], judged: str) -> str:
    """The last line: how many findings of each severity.

    Args:
        findings: All of them.
        judged: What was judged.
    """
    open_ones = [finding for finding in findings if not finding.suppressed]
    parts = [
        _plural(sum(finding.severity is severity for finding in open_ones), severity.value)
        for severity in Severity
        if any(finding.severity is severity for finding in open_ones)
    ]
    suppressed = len(findings) - len(open_ones)
    if suppressed:
        parts.append(f"{suppressed} suppressed")
    return f"{', '.join(parts) if parts else 'no findings'} ({judged})"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _block(finding: Finding, colour: bool) -> str:
    def painted(code: str, text: str) -> str:
        return f"{code}{text}{_RESET}" if colour else text

    place = f"{finding.path}:{finding.line}:{finding.column}"
    lines = [
        f"{painted(_BOLD, printable(place))}: "
        f"{painted(_COLOURS[finding.severity], finding.severity.value)} {finding.rule}: {printable(finding.message)}"
    ]
    if finding.source.strip():
        shown, start, length = _window(finding)
        margin = f"{finding.line:>5} | "
        caret = " " * _width(shown[:start]) + "^" * max(_width(shown[start : start + length]), 1)
        lines.append(f"{painted(_DIM, margin)}{shown}")
        lines.append(f"{' ' * (len(margin) - 2)}{painted(_DIM, '|')} {painted(_COLOURS[finding.severity], caret)}")
    return "\n".join(lines) + "\n"


def _window(finding: Finding) -> tuple[str, int, int]:
    """The part of the line to show, and where in it to point."""
    start = finding.column - 1
    first = max(0, min(start - _BEFORE, len(finding.source) - _WIDEST))
    source = printable(finding.source[first : first + _WIDEST])
    return source, start - first, min(finding.length, len(source) - (start - first))


def printable(text: str) -> str:
    """A text that does nothing to a terminal: what is not shown as a character is replaced, one by one.

    Args:
        text: Any text.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_printable(character) for character in text)


def _printable(character: str) -> str:
    if character == "\t":
        return " "
    return character if character.isprintable() else "\ufffd"


def _width(text: str) -> int:
    """Columns a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    import unicodedata

    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
