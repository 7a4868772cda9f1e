"""The pages of the rules: for `--explain`, and all of them as docs/lint.md (`python -m rempart.lint.page`)."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from importlib import resources

from rempart.lint.registry import all_rules
from rempart.lint.registry import rule as registered
from rempart.lint.rule import Rule
from rempart.lint.settings import Settings
from rempart.lint.squawk_rules import PREFIX, is_opt_in, squawk_rules
from rempart.records import names_of

_WIDTH = 100
_OFF = "off"
_ATTRIBUTE = re.compile(r"^ +(\w+): (.+?)(?=^ +\w+: |\Z)", re.MULTILINE | re.DOTALL)


def explain(name: str) -> str:
    """The page of a rule as text.

    Args:
        name: Its name.

    Raises:
        UsageError: There is no such rule.
    """
    rule = next((one for one in squawk_rules() if one.name == name), None) or registered(name)
    parts = [f"{rule.name} ({_severity(rule)})", _filled(rule.what), _filled(rule.why)]
    if rule.bad:
        parts.append(f"Found:\n\n{textwrap.indent(rule.bad[0], '    ')}")
    if rule.good:
        parts.append(f"Fine:\n\n{textwrap.indent(rule.good[0], '    ')}")
    parts.append(f"Allow it:\n\n    -- rempart: allow {rule.name}: the reason")
    return "\n\n".join(parts)


def page() -> str:
    """The text of docs/lint.md."""
    template = resources.files(__package__).joinpath("page.md").read_text(encoding="utf-8")
    squawk = [rule for rule in squawk_rules() if not is_opt_in(rule.name)]
    opt_in = [f"`{rule.name.removeprefix(PREFIX)}`" for rule in squawk_rules() if is_opt_in(rule.name)]
    values = {
        "settings": "\n".join(_settings()),
        "index": _table(("rule", "severity", "finds"), (_row(rule, linked=True) for rule in all_rules())),
        "rules": "\n\n".join(_section(rule) for rule in all_rules()),
        "squawk": _table(("rule", "severity", "finds"), (_row(rule) for rule in squawk)),
        "opt_in": ", ".join(opt_in),
        "oldest": _oldest(),
    }
    for key, value in values.items():
        template = template.replace(f"{{{key}}}", value)
    return template.rstrip("\n") + "\n"


def _oldest() -> str:
    from rempart.lint.locks import OLDEST_SERVER

    return OLDEST_SERVER.partition(".")[0]


def _settings() -> Iterator[str]:
    """A row for each setting of the rules, told from its own docstring."""
    meanings = {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(Settings.__doc__ or "")}
    defaults = Settings()
    for name in names_of(Settings):
        value = getattr(defaults, name)
        shown = value if isinstance(value, str) else ", ".join(sorted(value))
        meaning = meanings[name].replace("None switches", "`off` switches")
        yield f"| `{name}` | {shown or 'those below'} | {meaning} |"


def _section(rule: Rule) -> str:
    language = "text" if rule.needs_history else "sql"
    parts = [f"### {rule.name}", f"{rule.what} ({_severity(rule)})", rule.why]
    for title, examples in (("Found", rule.bad), ("Fine", rule.good)):
        parts.append(f"{title}:\n\n```{language}\n{examples[0].strip()}\n```")
    return "\n\n".join(parts)


def _row(rule: Rule, *, linked: bool = False) -> tuple[str, ...]:
    name = f"[{rule.name}](#{rule.name})" if linked else f"`{rule.name}`"
    return name, _severity(rule), rule.what.replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _severity(rule: Rule) -> str:
    return rule.severity.value if rule.severity is not None else _OFF


def _filled(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    print(page(), end="")
