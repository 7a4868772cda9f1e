"""The throw-away database as a place of experiment: one superuser's transaction that becomes anybody and undoes all."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from rempart.access.personas import Persona, become
from rempart.access.structure import Connection, query
from rempart.catalog.statement import raw
from rempart.config import Config

_OWN_STATEMENT = 'SQL statement "'
_OWN_FUNCTION = "PL/pgSQL function rempart_probe."
DENIED = "42501"
_BATCH = 500
_TIMEOUT = "20s"  # of a batch; a function that never returns must not hold up everything

Result = TypeVar("Result")
Try = tuple[str, str]
"""The row to aim at (see `isolate`; empty for all) and the statement."""


@dataclass(frozen=True)
class Tried:
    """What came of a statement that was tried and undone.

    Attributes:
        state: The SQLSTATE it failed with; None when it ran.
        message: What the server said.
        inside: The functions in which it failed, as the server tells its context; empty for the statement itself.
        touched: Rows it touched or returned.
        silenced: When it failed, the SQLSTATE that it met without triggers; `RPTRY` for none.
        written: Tables it wrote to, when that was counted.
    """

    state: str | None
    message: str = ""
    inside: str = ""
    touched: int = 0
    silenced: str | None = None
    written: tuple[str, ...] = ()

    @property
    def denied(self) -> bool:
        """Whether it was refused by a privilege, a policy, or a function that says the same."""
        return DENIED in (self.state, self.silenced)


Answer = list[str | None] | Tried
"""The texts that a query gave, or why it gave none."""
Plan = Generator[Sequence[Try], Sequence[Tried], Result]
"""Gives statements to try, receives what came of them, and so on, until it knows its result."""


@dataclass
class Laboratory:
    """A superuser's connection in one transaction, which is never committed.

    One transaction, so that `now()` says the same to everybody and rows can be compared as they are shown.

    Attributes:
        connection: The connection.
        config: The project.
        personas: Who there is.
    """

    connection: Connection
    config: Config
    personas: Sequence[Persona]
    _views: int = 0

    def prepare(self) -> None:
        """Make what the attempts need."""
        for setting in ("lc_messages = 'C'", "jit = off", f"statement_timeout = '{_TIMEOUT}'"):
            self.connection.execute(sql.SQL("set local ") + raw(setting))
        self.connection.execute("set constraints all immediate")
        self.connection.execute(query("laboratory"))

    @contextmanager
    def becoming(self, persona: Persona) -> Iterator[None]:
        """Be a persona, as the gateway's login role makes it; everything is undone at the end of the block.

        Args:
            persona: Who to be.
        """
        with self.connection.transaction(force_rollback=True):
            gateway = sql.Identifier(self.config.gateway_role)
            self.connection.execute(sql.SQL("set local session authorization {}").format(gateway))
            with become(self.connection, persona, self.config):
                yield

    def as_invoker(self, asked: sql.Composable) -> sql.Identifier | None:
        """Keep a query as a view that runs with the rights of whoever reads it, and yet needs no right to name things.

        Policies are like that: Postgres has looked their functions up when they were made.

        Args:
            asked: The query.

        Returns:
            The view; None when the query is no valid one.
        """
        self._views += 1
        name = sql.Identifier("rempart_probe", f"query_{self._views}")
        try:
            with self.connection.transaction():
                self.connection.execute(
                    sql.SQL("create view {} with (security_invoker = true) as {}").format(name, asked)
                )
                self.connection.execute(sql.SQL("grant select on {} to public").format(name))
        except psycopg.Error:
            return None
        return name

    def rows(
        self, statement: sql.SQL | sql.Composed, parameters: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run a query as whoever the session is.

        Args:
            statement: The query.
            parameters: Its parameters.

        Raises:
            psycopg.Error: The server refused; what was done before stays.
        """
        with self.connection.transaction():
            found: list[tuple[Any, ...]] = self.connection.execute(statement, parameters).fetchall()
        return found

    def asked(self, statement: sql.SQL | sql.Composed) -> list[tuple[Any, ...]] | Tried:
        """Run a query; what came of it when the server refuses it."""
        try:
            return self.rows(statement)
        except psycopg.Error as error:
            return Tried(error.sqlstate or "XX000", error.diag.message_primary or str(error), error.diag.context or "")

    def ask(self, statements: Sequence[sql.Composable]) -> list[Answer]:
        """Ask queries that give one array of texts each, as whoever the session is.

        Args:
            statements: The queries.
        """
        if not statements:
            return []
        answers = self.connection.execute(
            "select state, message, answer from rempart_probe.ask(%s)",
            (json.dumps([statement.as_string(self.connection) for statement in statements]),),
        )
        return [_answer(*row) for row in answers]

    def ask_each(self, statements: Sequence[sql.Composable], *, as_superuser: bool = False) -> dict[str, list[Answer]]:
        """Ask queries that give one array of texts each, in the session of each persona.

        Args:
            statements: The queries.
            as_superuser: Whether to take the personas' claims only, with full rights.

        Returns:
            The answers by name of the persona, in the order of the queries.
        """
        found: dict[str, list[Answer]] = {persona.name: [] for persona in self.personas}
        if not statements:
            return found
        answers = self.connection.execute(
            "select session_, state, message, answer from rempart_probe.ask_each(%s, %s, %s, %s, %s)",
            (
                None if as_superuser else self.config.gateway_role,
                [persona.role for persona in self.personas],
                self.config.claims_setting,
                [json.dumps(dict(persona.claims)) for persona in self.personas],
                json.dumps([statement.as_string(self.connection) for statement in statements]),
            ),
        )
        for number, *answer in answers:
            found[self.personas[number - 1].name].append(_answer(*answer))
        return found

    def attempts(self, tries: Sequence[Try], *, counting: bool = False) -> list[Tried]:
        """Try statements as whoever the session is, each undone before the next.

        Args:
            tries: The statements.
            counting: Whether to tell which tables each writes to; what fails is not tried again then.
        """
        found: list[Tried] = []
        for start in range(0, len(tries), _BATCH):
            batch = tries[start : start + _BATCH]
            answers = self.connection.execute(
                "select state, message, context, touched, silenced, written from rempart_probe.attempt(%s, %s, %s)",
                (json.dumps([row for row, _ in batch]), json.dumps([text for _, text in batch]), counting),
            ).fetchall()
            for (_, text), (state, message, context, touched, silenced, written) in zip(batch, answers, strict=True):
                found.append(
                    Tried(state, message or "", _inside(context or "", text), touched, silenced, tuple(written or ()))
                )
        return found

    def together(self, plans: Mapping[Any, Plan[Result]], *, counting: bool = False) -> dict[Any, Result]:
        """Carry out plans side by side, so that their statements travel together.

        Args:
            plans: By any key.
            counting: See `attempts`.

        Returns:
            Their results, by the same keys.
        """
        results: dict[Any, Result] = {}
        wanted: dict[Any, Sequence[Try]] = {}

        def advance(key: Any, came: Sequence[Tried] | None) -> None:
            try:
                wanted[key] = plans[key].send(came)  # type: ignore[arg-type]
            except StopIteration as end:
                results[key] = end.value

        for key in plans:
            advance(key, None)
        while wanted:
            asked, wanted = wanted, {}
            came = iter(self.attempts([one for tries in asked.values() for one in tries], counting=counting))
            for key, tries in asked.items():
                advance(key, [next(came) for _ in tries])
        return {key: results[key] for key in plans}


def _inside(context: str, statement: str) -> str:
    """The part of an error's context that is not ours: the innermost comes first."""
    ours = [context.find(mark) for mark in (_OWN_STATEMENT + statement[:40], _OWN_FUNCTION)]
    return context[: min((place for place in ours if place >= 0), default=len(context))].strip()


def _answer(state: str | None, message: str, answer: list[str | None] | None) -> Answer:
    return Tried(state, message or "") if state else answer or []


def isolate(laboratory: Laboratory, oid: int, identifier: sql.Identifier) -> None:
    """Let UPDATE and DELETE of a table under row security reach one row only, when `rempart_probe.row` names it.

    A WHERE would need the right to read, and bring the policies for reading into play: a statement without one shows
    what can be changed unseen. A restrictive policy only ever takes rows away.

    Args:
        laboratory: Where.
        oid: The table.
        identifier: The table.
    """
    # What does not depend on the row stands in queries of its own, so that it is worked out once a statement.
    row = sql.SQL("current_setting('rempart_probe.row', true)")
    aimed = sql.SQL(
        "(select coalesce({row} not like {own}, true))"
        " or (ctid = (select substring({row} from '[(].*')::tid)"
        " and tableoid = (select nullif(substring({row} from ':(\\d+)[(]'), '')::oid))"
    ).format(row=row, own=sql.Literal(f"{oid}:%"))
    for command, check in (("update", " with check (true)"), ("delete", "")):
        laboratory.connection.execute(
            sql.SQL("create policy {} on {} as restrictive for {} to public using ({}){}").format(
                sql.Identifier(f"rempart_probe_{command}"), identifier, sql.SQL(command), aimed, sql.SQL(check)
            )
        )
