"""The rules of squawk as rules of this linter: names, severities, and why some are off.

What they find is squawk's business; its pages are at https://squawkhq.com/docs/.
"""

from __future__ import annotations

from collections.abc import Mapping

from rempart.lint.rule import Rule
from rempart.report.finding import Severity

PREFIX = "squawk/"
UNREAD = f"{PREFIX}syntax-error"
"""Found where squawk cannot read what Postgres can: nothing of that revision was checked for locks."""
NEWER = f"{PREFIX}newer-rule"
"""Found where an installed squawk has a rule that this list does not know."""

_WARNINGS = {
    "adding-field-with-default": "A column is added with a default that rewrites the table.",
    "adding-foreign-key-constraint": "A foreign key is added that is checked at once: writes to both tables wait.",
    "adding-not-nullable-field": "A column becomes NOT NULL: the table is scanned under an exclusive lock.",
    "adding-required-field": "A column is added NOT NULL without a default: rows there are make it fail.",
    "adding-serial-primary-key-field": "A serial primary key is added: the table is rewritten.",
    "ban-alter-domain-with-add-constraint": "A domain gets a constraint: every table that uses it is scanned.",
    "ban-create-domain-with-constraint": "A domain is created with a constraint, which is hard to change later.",
    "ban-drop-column": "A column is dropped that clients may still use.",
    "ban-drop-database": "A database is dropped.",
    "ban-drop-domain": "A domain is dropped that clients may still use.",
    "ban-drop-function": "A function is dropped that clients may still call.",
    "ban-drop-generated-expression": "A column stops being generated; clients do not fill it.",
    "ban-drop-not-null": "A column may hold NULL, which clients may not expect.",
    "ban-drop-schema": "A schema is dropped that clients may still use.",
    "ban-drop-sequence": "A sequence is dropped that clients may still use.",
    "ban-drop-table": "A table is dropped that clients may still use.",
    "ban-drop-type": "A type is dropped that clients may still use.",
    "ban-drop-view": "A view is dropped that clients may still read.",
    "ban-truncate-cascade": "TRUNCATE CASCADE empties tables that it does not name.",
    "ban-uncommitted-transaction": "A transaction is begun and never ended.",
    "changing-column-type": "A column changes its type: the table is rewritten under an exclusive lock.",
    "constraint-missing-not-valid": "A constraint is added that is checked at once: writes wait for the scan.",
    "disallowed-unique-constraint": "A unique constraint builds its index under an exclusive lock.",
    "identifier-too-long": "A name has more than 63 bytes, and Postgres cuts it.",
    "renaming-column": "A column is renamed that clients may still use.",
    "renaming-table": "A table is renamed that clients may still use.",
    "require-concurrent-index-creation": "An index is built while writes to its table wait.",
    "require-concurrent-index-deletion": "An index is dropped under an exclusive lock on its table.",
    "require-concurrent-partition-detach": "A partition is detached under an exclusive lock.",
    "require-concurrent-reindex": "An index is built again while its table is locked.",
    "transaction-nesting": "BEGIN or COMMIT inside of the transaction that Alembic manages.",
}
_ERRORS = {
    "ban-concurrent-index-creation-in-transaction": "CONCURRENTLY inside of a transaction: Postgres refuses it.",
}
_INFOS = {
    "prefer-bigint-over-int": "A column of 32 bits can run full, and widening it rewrites the table.",
    "prefer-timestamp-tz": "A timestamp without time zone loses the offset it was given with.",
}
_DESIGN = "it judges the design of a column, not whether the change is safe to run"
_TIMEOUTS = "the tool that runs revisions sets the timeouts of its session, for all revisions alike"
_OFF = {
    "ban-char-field": _DESIGN,
    "prefer-bigint-over-smallint": _DESIGN,
    "prefer-identity": _DESIGN,
    "prefer-text-field": _DESIGN,
    "prefer-robust-stmts": "a revision runs once, in a transaction; IF NOT EXISTS would keep the invalid index that a "
    "failed CREATE INDEX CONCURRENTLY left",
    "require-enum-value-ordering": "the end is where most new values belong",
    "require-lock-timeout": _TIMEOUTS,
    "require-statement-timeout": _TIMEOUTS,
    "require-timeout-settings": _TIMEOUTS,
}
_OPT_IN = (
    "ban-add-column",
    "ban-add-composite-attribute",
    "ban-add-enum-value",
    "ban-alter-database-options",
    "ban-alter-extension",
    "ban-alter-function-options",
    "ban-alter-generated-expression",
    "ban-alter-identity",
    "ban-alter-policy-condition",
    "ban-alter-policy-roles",
    "ban-alter-role-options",
    "ban-alter-row-level-security",
    "ban-alter-sequence-values",
    "ban-alter-system-options",
    "ban-alter-view-options",
    "ban-create-policy",
    "ban-detach-inheritance",
    "ban-disable-trigger",
    "ban-drop-constraint",
    "ban-drop-default",
    "ban-drop-extension",
    "ban-drop-index",
    "ban-drop-policy",
    "ban-drop-trigger",
    "ban-duplicate-column-assignments",
    "ban-new-write-restriction",
    "ban-replace-view-function",
    "ban-replica-identity",
    "ban-revoke",
    "ban-set-default",
    "ban-set-schema",
    "prefer-repack",
    "renaming-object",
    "require-table-schema",
)
_ABOUT_STATEMENTS = frozenset(
    {
        "ban-concurrent-index-creation-in-transaction",
        "ban-char-field",
        "ban-truncate-cascade",
        "ban-uncommitted-transaction",
        "identifier-too-long",
        "require-table-schema",
        "transaction-nesting",
    }
)
_WHY_OPT_IN = "squawk leaves it to the project to ask for it"
_WHY = (
    "Judged by squawk on what each revision runs: upgrades, and downgrades but for the rules about what clients still "
    "use. An object that the revision itself created locks nobody out. See https://squawkhq.com/docs/{name}."
)


def squawk_rules() -> tuple[Rule, ...]:
    """The rules, sorted by name; those that are off by default have no severity."""
    found = [
        *(_rule(name, Severity.WARNING, what) for name, what in _WARNINGS.items()),
        *(_rule(name, Severity.ERROR, what) for name, what in _ERRORS.items()),
        *(_rule(name, Severity.INFO, what) for name, what in _INFOS.items()),
        *(_rule(name, None, f"Off by default: {why}.") for name, why in _OFF.items()),
        *(_rule(name, None, f"Off by default: {_WHY_OPT_IN}.") for name in _OPT_IN),
        _rule("syntax-error", Severity.WARNING, "Squawk cannot read the revision: its locks were not checked."),
        _rule("newer-rule", Severity.WARNING, "A rule of a squawk that is newer than this list found something."),
    ]
    return tuple(sorted(found, key=lambda rule: rule.name))


def opt_in(severities: Mapping[str, Severity | None]) -> list[str]:
    """Names, as squawk knows them, of the rules that it leaves out unless asked, and that a configuration asks for.

    Args:
        severities: By name of rule.
    """
    return [name for name in _OPT_IN if severities.get(PREFIX + name)]


def is_opt_in(name: str) -> bool:
    """Whether squawk itself leaves a rule out unless asked.

    Args:
        name: Its name here.
    """
    return name.removeprefix(PREFIX) in _OPT_IN


def is_about_clients(name: str) -> bool:
    """Whether a rule is about what clients still use; a downgrade takes that away on purpose.

    Args:
        name: As squawk knows it.
    """
    return name.startswith(("ban-drop-", "renaming-"))


def is_about_objects(name: str) -> bool:
    """Whether a rule is about a lock on an object, or its users; what was just created has neither.

    Args:
        name: As squawk knows it.
    """
    return not name.startswith("prefer-") and name not in _ABOUT_STATEMENTS


def _rule(name: str, severity: Severity | None, what: str) -> Rule:
    page = {"name": PREFIX + name, "severity": severity, "what": what, "why": _WHY.format(name=name)}
    made = type("SquawkRule", (Rule,), {**page, "bad": (), "good": (), "needs_history": True})
    rule: Rule = made()
    return rule
