"""``rempart lint``. Imports neither typer nor rich: the linter runs in editors and hooks, and must start at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rempart.errors import UsageError
from rempart.records import field, record

if TYPE_CHECKING:
    from rempart.lint.engine import Checker, Report, Unit
    from rempart.lint.files import Selection
    from rempart.lint.rule import Rule
    from rempart.report.finding import Finding

HELP = "Judge SQL without a database: schema, policies, every revision, any file."
_FORMATS = ("text", "json", "sarif", "github")
_FAILED = 1


@record()
class Arguments:
    """What the user asked for.

    Attributes:
        paths: Files and folders; empty for the project.
        format: How to write findings.
        since: A git ref, or None.
        explain: Name of a rule, or None.
    """

    paths: list[str] = field(default_factory=list)
    format: str = "text"
    since: str | None = None
    explain: str | None = None


def read(arguments: Sequence[str]) -> Arguments:
    """Read the arguments of the command.

    Args:
        arguments: Those behind ``rempart lint``.
    """
    if not any(one.startswith("-") and one != "-" for one in arguments):
        return Arguments(list(arguments))
    # Only loaded for options: it takes longer than linting a file.
    import argparse

    parser = argparse.ArgumentParser(
        prog="rempart lint",
        description=f"{HELP} Exit code 1: something was found; 2: wrong usage, or nothing to judge.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="SQL files, folders, revisions; - for standard input")
    parser.add_argument("--format", choices=_FORMATS, default="text", help="how to write findings (text)")
    parser.add_argument("--since", metavar="REF", help="only findings in lines changed since that git ref")
    parser.add_argument("--explain", metavar="RULE", help="print the page of a rule")
    return Arguments(**vars(parser.parse_intermixed_args(list(arguments))))


def run(arguments: Sequence[str]) -> int:
    """Run the command.

    Args:
        arguments: Those behind ``rempart lint``.

    Returns:
        The exit code: 0, or 1 when something was found.

    Raises:
        UsageError: What was asked for cannot be judged.
    """
    given = read(arguments)
    if given.explain is not None:
        from rempart.lint.page import explain

        print(explain(given.explain))
        return 0
    from rempart.lint.configuration import load
    from rempart.lint.engine import lint
    from rempart.lint.files import select, units_of
    from rempart.lint.registry import all_rules

    rules: list[Rule] = list(all_rules())
    names = [rule.name for rule in rules]
    configuration = load(os.getcwd(), [*names, "squawk/"])
    selection = select(given.paths, configuration)
    units: list[Unit] = units_of(selection.files)
    checkers: list[Checker] = []
    notes: list[str] = []
    if selection.revisions:
        from rempart.lint import locks
        from rempart.revisions.lint_units import revision_units

        history = revision_units(configuration, configuration.unread_revisions)
        _refuse_what_is_no_revision(selection, history.files)
        units += history.units
        checkers += [history.checker, locks.checker]
        notes += history.notes
        rules += locks.rules()
    report = lint(units, rules, configuration.settings, checkers)
    findings = _asked_for(report.findings, selection)
    if given.since is not None:
        from pathlib import Path

        from rempart.lint.since import changed_lines

        paths = sorted({finding.path for finding in findings})
        changes = changed_lines([Path(path) for path in paths], given.since)
        findings = [finding for finding in findings if changes.keeps(finding)]
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    _write(findings, report, units, rules, given.format)
    if report.empty:
        raise UsageError(
            f"there is no SQL statement in {', '.join(report.empty)}.",
            next_step="an empty file proves nothing: remove it",
        )
    return _FAILED if any(finding.fails for finding in findings) else 0


def _refuse_what_is_no_revision(selection: Selection, files: list[str]) -> None:
    """A file that Alembic does not take for a revision is not read: it must not pass as one without findings."""
    from rempart.lint.files import shown

    for path in selection.revisions:
        name = shown(os.path.realpath(path))
        if os.path.isfile(path) and name not in files:
            raise UsageError(
                f"{name} is no revision of this project's history.", next_step="`alembic history` lists the revisions"
            )


def _asked_for(findings: list[Finding], selection: Selection) -> list[Finding]:
    """All revisions are read to know the state; findings in those that were not asked for are left out."""
    if not selection.revisions:
        return findings
    from rempart.lint.files import shown

    wanted = [shown(os.path.realpath(path)) for path in selection.revisions]
    files = {shown(file) for file in selection.files}

    def is_asked_for(path: str) -> bool:
        return path in files or any(path == one or path.startswith(f"{one}/") for one in wanted)

    return [finding for finding in findings if is_asked_for(finding.path)]


def _write(findings: list[Finding], report: Report, units: list[Unit], rules: list[Rule], form: str) -> None:
    judged = _judged(report, units)
    if form == "json":
        import json

        from rempart.report.finding import findings_json

        text = json.dumps(findings_json(findings), indent=2, ensure_ascii=False) + "\n"
    elif form == "sarif":
        text = _sarif(findings, rules)
    elif form == "github":
        from rempart.report.github import findings_github

        text = findings_github(findings, judged)
    else:
        from rempart.cli.terminal import has_colours
        from rempart.report.text import findings_text

        text = findings_text(findings, judged, has_colours(sys.stdout))
    sys.stdout.write(text)


def _sarif(findings: list[Finding], rules: list[Rule]) -> str:
    import json
    from importlib.metadata import version

    from rempart.lint.page import explain
    from rempart.report.sarif import RuleDescription, findings_sarif

    described = [RuleDescription(one.name, one.severity, one.what, one.why, explain(one.name)) for one in rules]
    return json.dumps(findings_sarif(findings, described, version("rempart")), indent=2, ensure_ascii=False) + "\n"


def _judged(report: Report, units: list[Unit]) -> str:
    revisions = {unit.revision for unit in units if unit.revision is not None}
    files = sum(unit.revision is None for unit in units)
    parts = [
        f"{number} {noun if number == 1 else noun + 's'}"
        for number, noun in ((files, "file"), (len(revisions), "revision"))
        if number
    ]
    statements = f"{report.statements} statement{'' if report.statements == 1 else 's'}"
    return f"{statements} in {' and '.join(parts)}"
