"""A rule or trigger that writes past the policies."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast

from rempart.lint.holders import clients_that_may
from rempart.lint.rule import Problem, Rule
from rempart.lint.settings import Settings
from rempart.lint.state import State, shown
from rempart.lint.statement import Statement
from rempart.report.finding import Severity

_INSTEAD = 64  # TRIGGER_TYPE_INSTEAD of the server's trigger type bits


class TriggerBypass(Rule):
    """A rule or trigger that writes past the policies."""

    name = "trigger-bypass"
    severity = Severity.ERROR
    what = "A rewrite RULE acts on a relation of an exposed schema, or an INSTEAD OF trigger writes as a definer."
    why = (
        "The actions of a rule run with the rights of the relation's owner, whom row security does not "
        "apply to; so does an "
        "INSTEAD OF trigger whose function is SECURITY DEFINER. Whoever may write to the relation writes "
        "past the policies."
    )
    bad = ("create rule archive as on insert to public.notes do also\ninsert into public.journal select new.id;",)
    good = (
        "create function app.archive() returns trigger language plpgsql set search_path = ''\n"
        "as $$ begin insert into public.journal values (new.id); return new; end $$;\n"
        "create trigger archive after insert on public.notes for each row execute function app.archive();",
    )
    statements = (ast.RuleStmt, ast.CreateTrigStmt)

    def __init__(self) -> None:
        self._instead: list[tuple[Statement, str]] = []

    def before(self, statement: Statement, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge a CREATE RULE; note an INSTEAD OF trigger."""
        node = statement.node
        relation = state.resolve(node.relation.schemaname, str(node.relation.relname))
        if isinstance(node, ast.RuleStmt):
            writes = [action for action in node.actions or () if not isinstance(action, ast.NotifyStmt)]
            if relation[0] in settings.exposed_schemas and writes:
                subject = f"rule {node.rulename} on {shown(relation)}"
                yield Problem(f"{subject} acts with its owner's rights", statement.place, subject)
        elif node.timing & _INSTEAD:
            self._instead.append((statement, shown(relation)))

    def at_end(self, state: State, settings: Settings) -> Iterator[Problem]:
        """Judge the INSTEAD OF triggers by their functions."""
        for statement, subject in self._instead:
            node = statement.node
            relation = state.resolve(node.relation.schemaname, str(node.relation.relname))
            known = state.relations.get(relation)
            if known is None or node.trigname not in known.triggers:
                continue
            definer = any(function.definer for function in state.functions_named(known.triggers[node.trigname]))
            writers = clients_that_may({"insert", "update", "delete"}, relation, state, settings)
            if definer and (relation[0] in settings.exposed_schemas or writers):
                message = f"trigger {node.trigname} writes for {subject} with its function owner's rights"
                yield Problem(message, statement.place, subject)
