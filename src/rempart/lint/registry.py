"""The rules: every module of `rempart.lint.rules` holds one."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from os import listdir
from os.path import dirname

from rempart.errors import UsageError
from rempart.lint import rules
from rempart.lint.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """The rules, sorted by name.

    Raises:
        TypeError: A module of rules does not hold exactly one rule of its name, or its page lacks something.
    """
    # Listed by hand: the module that lists packages takes longer to load than ten rules.
    files = sorted(listdir(dirname(str(rules.__file__))))
    found = [_rule_of(file[:-3]) for file in files if file.endswith(".py") and not file.startswith("_")]
    return tuple(sorted(found, key=lambda rule: rule.name))


def rule(name: str) -> Rule:
    """A rule by name.

    Args:
        name: Its name.

    Raises:
        UsageError: There is no such rule; names the nearest ones.
    """
    by_name = {one.name: one for one in all_rules()}
    if name in by_name:
        return by_name[name]
    from difflib import get_close_matches

    near = get_close_matches(name, by_name, n=3)
    raise UsageError(
        f"there is no rule {name!r}.",
        next_step=f"did you mean {' or '.join(near)}?" if near else f"rules: {', '.join(sorted(by_name))}",
    )


def _rule_of(module: str) -> Rule:
    name = module.replace("_", "-")
    held = [
        value
        for value in vars(import_module(f"{rules.__name__}.{module}")).values()
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__.endswith(f".{module}")
    ]
    public = [one for one in held if not one.__name__.startswith("_")]
    if len(public) != 1:
        raise TypeError(f"{rules.__name__}.{module} must hold exactly one rule, and holds {len(public)}")
    kind = public[0]
    for attribute in ("name", "severity", "what", "why", "bad", "good"):
        if not getattr(kind, attribute, None):
            raise TypeError(f"the rule in {rules.__name__}.{module} lacks {attribute}")
    if kind.name != name:
        raise TypeError(f"the rule in {rules.__name__}.{module} is named {kind.name}, not {name}")
    return kind()
