"""What a project allows is told by rule, object and roles."""

from __future__ import annotations

import pytest

from rempart.audit.judge import Justified, keys_of
from rempart.lint.settings import Settings
from rempart.report.finding import Finding, Severity

SETTINGS = Settings()


def finding(message: str, object_: str, rule: str = "truncate-privilege", source: str = "") -> Finding:
    return Finding(rule, Severity.ERROR, message, "somewhere", 1, 1, object_, source=source)


TWO = finding("authenticated gets truncate on table public.a, public.b", "table public.a, public.b")
DYNAMIC = finding("EXECUTE runs text made at run time", "", "dynamic-sql", "    execute v_text;")
ALLOWED = Justified(frozenset(keys_of(TWO, SETTINGS) | keys_of(DYNAMIC, SETTINGS)))


@pytest.mark.parametrize(
    ("found", "allowed"),
    [
        (finding("authenticated gets truncate on table public.b", "table public.b"), True),
        (finding("authenticated gets truncate on table public.c", "table public.c"), False),
        (finding("anon gets truncate on table public.b", "table public.b"), False),
        (finding("authenticated gets all on table public.b", "table public.b", "grant-all"), False),
        (finding("EXECUTE runs text", "", "dynamic-sql", "execute v_text;"), True),
        (finding("EXECUTE runs text", "", "dynamic-sql", "execute v_other;"), False),
    ],
)
def test_only_what_was_allowed_is(found: Finding, allowed: bool) -> None:
    assert ALLOWED.allows(found, SETTINGS) is allowed
