"""The audit as people read it: no word is broken on a terminal, no line elsewhere."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from rempart.audit.model import Audit, Drift, NotAudited
from rempart.cli.audit_report import print_audit
from rempart.report.finding import Finding, Severity

MESSAGE = "policy notes_update on public.notes has a WITH CHECK that is weaker than its USING: rows can be changed"


def printed(
    *, terminal: bool, message: str = MESSAGE, path: str = "catalog:policy notes_update on public.notes"
) -> list[str]:
    finding = Finding("missing-with-check", Severity.ERROR, message, path, 1, 1)
    audit = Audit("db", "auditor", "Postgres 18", 0.1, (finding,), None, None, Drift(None, False, "none"), ())
    out = StringIO()
    console = Console(file=out, force_terminal=terminal, width=50, soft_wrap=True, color_system=None, highlight=False)
    print_audit(audit, console, strict=False)
    return out.getvalue().splitlines()


def test_a_terminal_gets_whole_words_in_its_width() -> None:
    lines = [line for line in printed(terminal=True) if line.startswith("  ")]
    assert len(lines) > 1
    assert all(len(line) <= 50 for line in lines)
    assert " ".join(line.strip() for line in lines) == MESSAGE


def test_a_file_gets_one_line_for_each_finding() -> None:
    assert f"  {MESSAGE}" in printed(terminal=False)


def test_what_stands_in_a_function_names_the_function_once() -> None:
    path = "catalog:function public.Run(text)"
    assert "  function public.Run(text): EXECUTE runs q" in printed(terminal=False, message="EXECUTE runs q", path=path)
    named = 'function public."Run" has no SET search_path'
    assert f"  {named}" in printed(terminal=False, message=named, path=path)


def test_what_only_strictness_makes_fail_says_so() -> None:
    left_out = (NotAudited("drift", "no version table"),)
    audit = Audit("db", "auditor", "Postgres 18", 0.1, (), None, None, Drift(None, False, "none"), left_out)
    out = StringIO()
    for strict in (False, True):
        print_audit(audit, Console(file=out, soft_wrap=True, width=50), strict=strict)
    verdicts = [line.partition("  ")[2].strip() for line in out.getvalue().splitlines() if line.startswith("verdict")]
    assert verdicts == ["passes", "fails: it is strict, and not everything was audited"]
