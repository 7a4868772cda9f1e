"""The anon suite: all that anon, and a user without a profile, might try, really tried; and what the catalog says.

`anon_findings` returns an empty list when they see nothing and may do nothing. It needs a row in every table: what
touches no row counts as denied only where the owner's same statement touches some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg
from anon_catalog import PLATFORM_SCHEMAS, catalog_findings
from gateway import LOGIN, Outcome, attempt, claims_of, request
from psycopg import sql

SESSIONS = {
    "anon": ("anon", claims_of(None, "anon")),
    "user without a profile": ("authenticated", claims_of("sans_profil")),
    "user without an account": ("authenticated", claims_of(None)),
}


class Database(Protocol):
    """A database of the tests."""

    owner: str

    def connect(self, user: str | None = None, *, autocommit: bool = True) -> psycopg.Connection[Any]: ...


def anon_findings(database: Database, exposed: Sequence[str] = ("public",)) -> list[str]:
    """Everything that lets anon or a user without a profile in: by the catalog, and by trying.

    Args:
        database: A database with rows in every table.
        exposed: The schemas that the gateway exposes.
    """
    with database.connect() as superuser:
        return catalog_findings(superuser, exposed) + attempt_findings(database)


def attempt_findings(database: Database) -> list[str]:
    """What came of the attempts alone: at base, before the first revision, the platform's defaults stand open."""
    found = []
    with database.connect() as superuser, database.connect(LOGIN) as gateway:
        things = _Things.read(superuser)
        control = _Control(superuser, database.owner)
        for who, (role, claims) in SESSIONS.items():
            with request(gateway, role, claims) as session:
                found += [f"{who}: {finding}" for finding in _tried(session, things, control, role)]
    return found


@dataclass(frozen=True)
class _Relation:
    schema: str
    name: str
    kind: str
    columns: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)


@dataclass(frozen=True)
class _Things:
    """What there is to try: nothing of it is listed by hand."""

    schemas: list[str]
    relations: list[_Relation]
    calls: list[tuple[str, str]] = field(repr=False)

    @classmethod
    def read(cls, connection: psycopg.Connection[Any]) -> _Things:
        ours = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
        schemas = [name for (name,) in connection.execute(f"select n.nspname from pg_namespace n where {ours}")]
        relations = [
            _Relation(schema, name, kind, tuple(columns))
            for schema, name, kind, columns in connection.execute(
                f"""
                select n.nspname, c.relname, c.relkind::text, array(
                    select a.attname::text from pg_attribute a
                    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum)
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where {ours} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') order by 1, 2
                """
            )
        ]
        # Every argument NULL, and the fewest arguments that can be given.
        calls = connection.execute(
            f"""
            select distinct p.oid::regprocedure::text, format('%%s %%I.%%I(%%s)',
                case p.prokind when 'p' then 'call' else 'select' end, n.nspname, p.proname, (
                    select string_agg(format('null::%%s', format_type(t.type, null)), ', ' order by t.position)
                    from unnest(p.proargtypes::oid[]) with ordinality t (type, position)
                    where t.position <= p.pronargs - k.left_out))
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            cross join lateral (values (0), (p.pronargdefaults)) k (left_out)
            where {ours} and n.nspname <> all(%s) order by 1, 2
            """,
            (list(PLATFORM_SCHEMAS),),
        ).fetchall()
        return cls(schemas, relations, calls)


def _tried(session: psycopg.Connection[Any], things: _Things, control: _Control, role: str) -> Iterator[str]:
    for schema in things.schemas:
        statement = sql.SQL("create table {} (id int)").format(sql.Identifier(schema, "planted"))
        yield from _only_refused(attempt(session, statement), f"create a table in schema {schema}")
    for relation in things.relations:
        if relation.kind == "S":
            yield from _sequence(session, relation)
        else:
            yield from _relation(session, relation, control, role)
    for function, call in things.calls:
        yield from _only_refused(attempt(session, call), f"execute {function}")


def _only_refused(outcome: Outcome, what: str) -> Iterator[str]:
    if not outcome.refused:
        yield f"{what}: {outcome}"


def _sequence(session: psycopg.Connection[Any], sequence: _Relation) -> Iterator[str]:
    name = sql.Literal(sequence.identifier.as_string(session))
    for call in ("nextval({})", "setval({}, 1)", "currval({})"):
        outcome = attempt(session, sql.SQL("select " + call).format(name))
        yield from _only_refused(outcome, f"{call.split('(')[0]} of sequence {sequence.title}")
    outcome = attempt(session, sql.SQL("select * from {}").format(sequence.identifier))
    yield from _only_refused(outcome, f"select from sequence {sequence.title}")


def _relation(session: psycopg.Connection[Any], relation: _Relation, control: _Control, role: str) -> Iterator[str]:
    def try_out(template: str, what: str, column: str | None = None, controlled_by: str | None = None) -> Iterator[str]:
        names = {"relation": relation.identifier} | ({"column": sql.Identifier(column)} if column else {})
        statement = sql.SQL(template).format(**names)  # type: ignore[arg-type]
        outcome = attempt(session, statement)
        if outcome.refused:
            return
        if outcome.nothing and not what.startswith("insert"):
            same = sql.SQL(controlled_by or template).format(**names)  # type: ignore[arg-type]
            if not control.touches_rows(relation, same, what.split()[0]):
                yield f"{what} {relation.title}: no row, and none for the owner either, which proves nothing"
        elif outcome.state in ("55000", "0A000") and relation.kind in "vm":  # Postgres writes this for nobody
            if control.holds_write(relation, role):
                yield f"{what} {relation.title}: cannot be written to, yet the privilege is held"
        elif outcome.state == "0A000" and what == "copy into" and control.row_security(relation, role):
            return  # COPY FROM is refused to everybody who is under row security
        else:
            yield f"{what} {relation.title}: {outcome}"

    yield from try_out("select * from {relation}", "select from")
    yield from try_out("select count(*) from {relation} having count(*) > 0", "count")
    yield from try_out("insert into {relation} default values", "insert into")
    yield from try_out("delete from {relation}", "delete from")
    for column in relation.columns:
        yield from try_out("select {column} from {relation}", f"select {column} from", column, "select from {relation}")
        yield from try_out("insert into {relation} ({column}) values (default)", f"insert {column} into", column)
        update = "update {relation} set {column} = {column}"
        yield from try_out(update, f"update {column} of", column)
        # Needs no right to read.
        yield from try_out("update {relation} set {column} = default", f"update {column} (unread) of", column, update)
    yield from _copy(session, relation, control)
    if relation.kind in "rp":
        yield from try_out("truncate {relation} cascade", "truncate")
        yield from try_out("copy {relation} from stdin", "copy into")


def _copy(session: psycopg.Connection[Any], relation: _Relation, control: _Control) -> Iterator[str]:
    statement = sql.SQL("copy (select * from {}) to stdout").format(relation.identifier)
    copied: list[bytes | bytearray | memoryview] = []

    def run(connection: psycopg.Connection[Any]) -> None:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copied.extend(copy)

    outcome = _attempt_call(session, run)
    if outcome.refused:
        return
    if outcome.state is not None or copied:
        yield f"copy out of {relation.title}: {outcome if outcome.state else f'{len(copied)} row(s)'}"
    elif not control.touches_rows(relation, sql.SQL("select from {}").format(relation.identifier), "select"):
        yield f"copy out of {relation.title}: no row, and none for the owner either, which proves nothing"


def _attempt_call(session: psycopg.Connection[Any], run: Callable[[psycopg.Connection[Any]], None]) -> Outcome:
    try:
        run(session)
        outcome = Outcome()
    except psycopg.Error as error:
        outcome = Outcome(state=error.sqlstate or "none", message=str(error.diag.message_primary or error))
    session.execute("rollback to savepoint attempt")
    return outcome


class _Control:
    """The owner's same statement. Asked once for a relation and command."""

    def __init__(self, superuser: psycopg.Connection[Any], owner: str) -> None:
        self._superuser = superuser
        self._owner = owner
        self._answers: dict[tuple[str, str], bool] = {}

    def touches_rows(self, relation: _Relation, statement: sql.Composable, command: str) -> bool:
        """Whether the owner's statement touches rows, where need be without what refuses it to the owner too."""
        key = (relation.title, "read" if command in ("select", "count", "copy") else command)
        if key not in self._answers:
            self._answers[key] = any(
                self._succeeds(relation, statement, claims, guarded=guarded)
                for guarded in (True, False)
                for claims in ("sans_profil", self._somebody())
            )
        return self._answers[key]

    def holds_write(self, relation: _Relation, role: str) -> bool:
        """Whether a role holds any privilege to write."""
        return self._asked(
            "select has_table_privilege(%(role)s, %(relation)s::regclass, 'INSERT,UPDATE,DELETE')"
            " or has_any_column_privilege(%(role)s, %(relation)s::regclass, 'INSERT,UPDATE')",
            relation,
            role,
        )

    def row_security(self, relation: _Relation, role: str) -> bool:
        """Whether a role is under row security on a relation."""
        return self._asked(
            "select relrowsecurity and not (select rolbypassrls from pg_roles where rolname = %(role)s)"
            " from pg_class where oid = %(relation)s::regclass",
            relation,
            role,
        )

    def _asked(self, query: str, relation: _Relation, role: str) -> bool:
        name = relation.identifier.as_string(self._superuser)
        row = self._superuser.execute(query, {"role": role, "relation": name}).fetchone()
        return bool(row and row[0])

    def _somebody(self) -> Any:
        """An account with a profile: a view of one's own row has none for the others."""
        try:
            row = self._superuser.execute(
                "select user_id from public.profils where user_id is not null limit 1"
            ).fetchone()
        except psycopg.errors.UndefinedTable:
            row = None
        return row[0] if row else None

    def _succeeds(self, relation: _Relation, statement: sql.Composable, user: Any, *, guarded: bool) -> bool:
        with request(self._superuser, None, claims_of(user)) as connection:
            if not guarded:
                # Foreign keys and the guards of immutability refuse this to the owner as well.
                connection.execute("set local session_replication_role = 'replica'")
                for (name,) in connection.execute(
                    "select tgname from pg_trigger where tgrelid = %s::regclass and tgenabled = 'A'",
                    (relation.identifier.as_string(connection),),
                ).fetchall():
                    connection.execute(
                        sql.SQL("alter table {} disable trigger {}").format(relation.identifier, sql.Identifier(name))
                    )
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(self._owner)))
            connection.execute("savepoint attempt")
            return attempt(connection, statement).succeeded
