"""A new rule: its module and its cases, to be filled in (`make new-rule NAME=…`)."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from rempart.errors import UsageError

_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")
_RULE = '''"""SUBJECT."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.lint.statement import Statement
from rempart.report.finding import Severity


class {kind}(Rule):
    """SUBJECT."""

    name = "{name}"
    severity = Severity.ERROR
    what = "One sentence: what it finds."
    why = "What goes wrong, for whom, and what to write instead."
    bad = ("create table public.bad (id int);",)
    good = ("create table app.good (id int);",)
    statements = (ast.CreateStmt,)

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a statement by the state it meets."""
        node = statement.node
        table = state.resolve(node.relation.schemaname, str(node.relation.relname))
        if table[1] == "bad":
            yield Problem(f"table {{shown(table)}} is bad", statement.place_of(node.relation), shown(table))
'''
_CASE = "-- why this is {found}\n"
_CASES = 3


def scaffold(name: str, root: Path) -> list[Path]:
    """Write the files of a new rule.

    Args:
        name: Of the rule: lower-case words joined by hyphens.
        root: Of the repository.

    Returns:
        The files written: the rule, then its cases.

    Raises:
        UsageError: The name is no name of a rule, or is taken; or the folder is not this repository.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name of a rule.", "Write lower-case words joined by hyphens: NAME=policy-gap."
        )
    rules, cases = root / "src/rempart/lint/rules", root / "tests/lint_cases"
    for folder in (rules, cases):
        if not folder.is_dir():
            raise UsageError(f"there is no folder {folder}.", "Run it at the root of this repository.")
    module = rules / f"{name.replace('-', '_')}.py"
    if module.exists():
        raise UsageError(f"there is a rule {name} already: {module}.", "Choose another name.")
    kind = "".join(word.capitalize() for word in name.split("-"))
    module.write_text(_RULE.format(kind=kind, name=name), encoding="utf-8")
    written = [module]
    for kind_of_case, found in (("bad", "found"), ("good", "fine")):
        (cases / name / kind_of_case).mkdir(parents=True, exist_ok=True)
        for number in range(1, _CASES + 1):
            file = cases / name / kind_of_case / f"case_{number}.sql"
            file.write_text(_CASE.format(found=found), encoding="utf-8")
            written.append(file)
    return written


def main() -> None:
    """Scaffold the rule that the command line names."""
    try:
        files = scaffold(sys.argv[1] if len(sys.argv) > 1 else "", Path.cwd())
    except UsageError as error:
        sys.exit(f"error: {error.message}\nnext: {error.next_step}")
    for file in files:
        print(file.relative_to(Path.cwd()))


if __name__ == "__main__":
    main()
