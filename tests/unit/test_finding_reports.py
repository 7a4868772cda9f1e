"""Findings as text, GitHub annotations and SARIF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from rempart.records import replace
from rempart.report.finding import Finding, Severity, findings_json
from rempart.report.github import findings_github
from rempart.report.sarif import RuleDescription, findings_sarif
from rempart.report.text import findings_text

SCHEMA = Path(__file__).parent.parent / "data" / "sarif-2.1.0.json"
FOUND = Finding(
    rule="grant-all",
    severity=Severity.ERROR,
    message="everything is granted",
    path="policies/é a.sql",
    line=3,
    column=7,
    object="public.t",
    source="grant all on t to x;",
    length=3,
)
ALLOWED = FOUND.allowed()
RULE = RuleDescription("grant-all", Severity.ERROR, "What.", "Why.", "A page.")


class TestText:
    def test_place_line_caret_and_counts(self) -> None:
        assert findings_text([FOUND, ALLOWED], "2 statements in 1 file") == (
            "policies/é a.sql:3:7: error grant-all: everything is granted\n"
            "    3 | grant all on t to x;\n"
            "      |       ^^^\n"
            "1 error, 1 suppressed (2 statements in 1 file)\n"
        )

    def test_nothing_found(self) -> None:
        assert findings_text([], "9 statements in 1 file") == "no findings (9 statements in 1 file)\n"

    def test_counts_by_severity(self) -> None:
        infos = [replace(FOUND, severity=Severity.INFO, line=line) for line in (1, 2)]
        last = findings_text([*infos, FOUND, replace(FOUND, severity=Severity.WARNING)], "x").splitlines()[-1]
        assert last == "1 error, 1 warning, 2 infos (x)"

    @pytest.mark.parametrize(
        ("source", "column", "before"),
        [("\tgrant", 2, " "), ("日本 grant", 4, "     "), ("e\u0301 grant", 4, "  "), ("ß grant", 3, "  ")],
    )
    def test_caret_stands_below_what_it_points_at(self, source: str, column: int, before: str) -> None:
        text = findings_text([replace(FOUND, source=source, column=column, length=5)], "x")
        assert f"      | {before}^^^^^\n" in text

    def test_long_line_is_cut_around_the_place(self) -> None:
        source = "a" * 5000 + "HERE" + "b" * 5000
        text = findings_text([replace(FOUND, source=source, column=5001, length=4)], "x")
        shown, caret = text.splitlines()[1:3]
        assert len(shown) < 200
        assert shown[caret.index("^") : caret.rindex("^") + 1] == "HERE"

    def test_text_of_the_file_does_nothing_to_the_terminal(self) -> None:
        text = findings_text([replace(FOUND, source="\x1b[2J\x07\u202egrant", message="\x1b]0;x\x07")], "x")
        assert not set("\x1b\x07\u202e") & set(text)

    def test_colours_only_when_asked(self) -> None:
        assert "\x1b[" in findings_text([FOUND], "x", colour=True)
        assert "\x1b[" not in findings_text([FOUND], "x")

    def test_without_a_line(self) -> None:
        text = findings_text([replace(FOUND, line=0, column=1, source="")], "x")
        assert text.splitlines()[0].startswith("policies/é a.sql:0:1: error")
        assert len(text.splitlines()) == 2


class TestGithub:
    def test_annotation(self) -> None:
        assert findings_github([FOUND, ALLOWED], "x").splitlines() == [
            "::error file=policies/é a.sql,line=3,col=7,endColumn=10,title=grant-all::everything is granted",
            "1 error, 1 suppressed (x)",
        ]

    def test_severities(self) -> None:
        found = [replace(FOUND, severity=severity) for severity in Severity]
        commands = [line.split()[0] for line in findings_github(found, "x").splitlines()[:3]]
        assert commands == ["::error", "::warning", "::notice"]

    def test_nothing_in_a_name_or_message_becomes_a_command(self) -> None:
        odd = replace(FOUND, path="a,b:c%\nd.sql", message="50 %\n::warning::x\r")
        lines = findings_github([odd], "x").splitlines()
        assert lines[0] == (
            "::error file=a%2Cb%3Ac%25%0Ad.sql,line=3,col=7,endColumn=10,title=grant-all::50 %25%0A::warning::x%0D"
        )
        assert len(lines) == 2


class TestSarif:
    @pytest.fixture
    def schema(self) -> Draft4Validator:
        return Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))

    def log(self, *findings: Finding) -> dict[str, Any]:
        log = findings_sarif(findings, [RULE, replace(RULE, name="off", severity=None)], "1.2.3")
        return json.loads(json.dumps(log))  # type: ignore[no-any-return]

    def test_follows_the_schema(self, schema: Draft4Validator) -> None:
        odd = replace(FOUND, path="-", line=0, object="", source="", rule="unlisted", severity=Severity.INFO)
        schema.validate(self.log(FOUND, ALLOWED, odd, replace(FOUND, path="/tmp/a.sql")))
        schema.validate(self.log())

    def test_schema_refuses_what_is_wrong(self, schema: Draft4Validator) -> None:
        log = self.log(FOUND)
        log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
        assert not schema.is_valid(log)

    def test_place(self) -> None:
        (result,) = self.log(FOUND)["runs"][0]["results"]
        physical = result["locations"][0]["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "policies/%C3%A9%20a.sql", "uriBaseId": "SRCROOT"}
        assert physical["region"] == {
            "startLine": 3,
            "startColumn": 7,
            "endColumn": 10,
            "snippet": {"text": "grant all on t to x;"},
        }

    def test_rules(self) -> None:
        run = self.log(FOUND)["runs"][0]
        assert run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]]["id"] == "grant-all"
        assert run["tool"]["driver"]["rules"][1]["defaultConfiguration"]["level"] == "none"

    def test_suppressed_findings_are_marked(self) -> None:
        results = self.log(FOUND, ALLOWED)["runs"][0]["results"]
        assert [result["suppressions"] for result in results] == [[], [{"kind": "inSource"}]]

    def test_fingerprint_does_not_depend_on_the_line_and_is_unique(self) -> None:
        def fingerprints(*findings: Finding) -> list[str]:
            results = self.log(*findings)["runs"][0]["results"]
            return [result["partialFingerprints"]["rempart/v1"] for result in results]

        twice = fingerprints(FOUND, replace(FOUND, line=9))
        assert len(set(twice)) == 2
        assert fingerprints(replace(FOUND, line=7)) == twice[:1]


def test_json_shape() -> None:
    assert findings_json([ALLOWED]) == {
        "version": 1,
        "findings": [
            {
                "rule": "grant-all",
                "severity": "error",
                "message": "everything is granted",
                "path": "policies/é a.sql",
                "line": 3,
                "column": 7,
                "object": "public.t",
                "suppressed": True,
            }
        ],
    }
