"""The page of a deployment: what a manager reads, whatever the texts in it are."""

from __future__ import annotations

from typing import Any

import pytest
from evidence_documents import document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rempart.deploy.record import ledger
from rempart.deploy.record.log_entry import log_entry, text


def test_the_page_tells_what_a_manager_signs() -> None:
    page = log_entry(document(1), 2, "d" * 64)
    lines = page.splitlines()
    assert lines[0] == "# Deployment to staging: 0000 → 0001, succeeded"
    for expected in (
        "| Asked for by | Bob &lt;bob@example.com&gt; |",
        "| Approved by | by Dan &lt;dan@example.com&gt; |",
        "| Run by | Alice Martin &lt;alice@example.com&gt; |",
        "| Began (UTC) | 2026-11-22 15:15:01 |",
        "| Duration | 1 min 0 s |",
        "| backup | **OVERRIDDEN** | 30 hours old; **overridden by Carol: restored by hand this morning** |",
        "- backup: 24 hours at most",
        "- policy p on public.citernes: changed (using)",
        "| STOCK_NEGATIF | 2 | 1 |",
        "| CITERNE_VIDE | 0 | **3** |",
        "13 relations tried without a login: no row is seen, nothing can be written, no function executed.",
        "rempart rollback --env staging --to 0000",
        f"| Ledger | entry 2, {'d' * 64} |",
    ):
        assert expected in lines, expected
    access = [line for line in lines if line.startswith("| public.")]
    assert [line.endswith("| **wider** |") for line in access] == [True, False]
    assert page.index("Signature: ___") < page.index("<details>") < page.index("```sql")
    assert lines[-1] == "</details>"


def test_the_page_says_who_gets_what_more_and_what_nobody_knows() -> None:
    cell = {"subject": "public.clients", "command": "select", "before": "all rows", "after": "all rows"}
    found = [
        {**cell, "persona": "admin", "wider": True, "columns": ["siret"], "reason": "columns: siret"},
        {**cell, "persona": "chef", "wider": True, "columns": ["siret"], "reason": "columns: siret"},
        {**cell, "persona": "pca", "wider": None, "columns": [], "reason": "its function changed"},
    ]
    page = log_entry(document(1, access=found), None, None)
    assert [line for line in page.splitlines() if line.startswith("| public.")] == [
        "| public.clients | admin, chef | select | all rows | all rows | **wider**: columns: siret |",
        "| public.clients | pca | select | all rows | all rows | **not known**: its function changed |",
    ]


def test_what_was_not_looked_at_is_said_to_be_so() -> None:
    page = log_entry({"id": "x", "environment": "staging", "operation": "dry-run", "outcome": "refused"}, None, None)
    for expected in ("Not counted.", "Not compared.", "Not tried.", "nobody was asked", "Nothing was changed."):
        assert expected in page
    opened = document(1, anon={"relations": 2, "rows": ["public.x"], "writable": [], "functions": ["public.f()"]})
    assert "**rows are seen of: public.x**; **may be executed: public.f()**" in log_entry(opened, None, None)


def test_a_fence_is_longer_than_any_in_the_sql() -> None:
    made = document(1)
    made["revisions"][0]["sql"] = "-- ```\n-- ````\n</details>\n<script>x</script>"
    tokens = MarkdownIt("commonmark").parse(log_entry(made, None, None))
    assert any(token.type == "fence" and "<script>" in token.content for token in tokens)
    assert not any("<script>" in token.content for token in tokens if token.type == "html_block")


_PARSER = MarkdownIt("gfm-like", {"linkify": False})
_HOSTILE = st.text(
    st.sampled_from("\\`*_{}[]()#+-.!|~<>&:@$'\"\n\r\t aZ0=/w\u202e\u2028\x00\udc80"), min_size=1, max_size=30
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_HOSTILE)
def test_no_text_of_a_user_is_markup(hostile: str) -> None:
    plain, attacked = (
        [
            (token.type, token.tag, tuple(child.type for child in token.children or () if child.type != "text_special"))
            for token in _PARSER.parse(log_entry(_everywhere(value), 2, "d" * 64))
        ]
        for value in ("x", f"x{hostile}x")
    )
    assert attacked == plain


def _everywhere(value: str) -> dict[str, Any]:
    made = document(1, actor=value, requested_by=value, release=value, error=value, notes=[value])
    made["gates"][1] |= {"said": value, "details": [value], "override": {"by": value, "reason": value}}
    made["revisions"][0] |= {"message": value, "sql": value}
    made["revisions"][0]["changes"][0] |= {"object": value, "fields": [value]}
    made["access"][0] |= {"subject": value, "reason": value}
    made["integrity"]["after"] = {value: 3}
    made["anon"]["rows"] = [value]
    return made


@pytest.mark.parametrize("beginning", ["# x", "- x", "+ x", "1. x", "12) x", "> x", "=== x", "---", "    x", "| x |"])
def test_no_text_begins_a_block(beginning: str) -> None:
    types = [token.type for token in _PARSER.parse(f"- {text(beginning)}")]
    assert types == [token.type for token in _PARSER.parse("- x")]


def test_what_turns_writing_round_is_shown() -> None:
    assert text("a\u202eb\u200bc") == "aU+202EbU+200Bc"
    assert text("http://x www.y") == "http\\://x www\\.y"


@given(st.text(st.sampled_from("://@ab 'password=*&"), max_size=40))
def test_masking_twice_is_masking_once(value: str) -> None:
    once = ledger.without_passwords({"k": [value]})
    assert ledger.without_passwords(once) == once


def test_details_that_are_left_out_are_counted() -> None:
    made = document(1)
    made["gates"][0]["details"] = [f"detail {number}" for number in range(25)]
    page = log_entry(made, 1, "d")
    assert "detail 19" in page
    assert "detail 20" not in page
    assert ": and 5 more, in the JSON file" in page
