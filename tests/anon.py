"""The anon suite: all that anon, and a user without a profile, might try, really tried; and what the catalog says.

`anon_findings` returns an empty list when they see nothing and may do nothing. It needs a row in every table: what
touches no row counts as denied only where the owner's same statement touches some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from anon_catalog import PLATFORM_SCHEMAS, catalog_findings
from gateway import LOGIN, Outcome, claims_of, raw_attempts, request
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


def anon_findings(
    database: Database, exposed: Sequence[str] = ("public",), sessions: Iterable[str] = SESSIONS
) -> list[str]:
    """Everything that lets anon or a user without a profile in: by the catalog, and by trying.

    Args:
        database: A database with rows in every table.
        exposed: The schemas that the gateway exposes.
        sessions: Who tries, of SESSIONS.
    """
    with database.connect() as superuser:
        return catalog_findings(superuser, exposed) + attempt_findings(database, sessions)


def attempt_findings(database: Database, sessions: Iterable[str] = SESSIONS) -> list[str]:
    """What came of the attempts alone.

    Args:
        database: A database with rows in every table.
        sessions: Who tries, of SESSIONS.
    """
    found = []
    with database.connect() as superuser, database.connect(LOGIN) as gateway:
        # COPY apart from the others, which go in batches.
        tries = sorted(_tries(superuser), key=lambda one: one.statement.startswith("copy "))
        control = _Control(superuser, database.owner)
        for who in sessions:
            role, claims = SESSIONS[who]
            with request(gateway, role, claims) as session:
                outcomes = raw_attempts(session, [one.statement for one in tries])
                for one, outcome in zip(tries, outcomes, strict=True):
                    if not outcome.refused and not _excused(one, outcome, role, control):
                        found.append(f"{who}: {one.what}: {_told(one, outcome)}")
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
class _Try:
    """One attempt.

    Attributes:
        what: What it is, in words.
        statement: The statement.
        relation: What it is about, if a relation.
        same: The owner's statement that shows that rows would be touched; None where touching none is no denial.
        same_as: Attempts with the same answer of the owner's.
    """

    what: str
    statement: str
    relation: _Relation | None = None
    same: str | None = None
    same_as: str = ""


def _excused(one: _Try, outcome: Outcome, role: str, control: _Control) -> bool:
    """Whether an outcome that is no refusal is a denial all the same."""
    if one.relation is None:
        return False
    if outcome.nothing and one.same is not None:
        return control.touches_rows(one)
    if outcome.state in ("55000", "0A000") and one.relation.kind in "vm":
        return not control.holds_write(one.relation, role)  # Postgres writes to this view for nobody
    if outcome.state == "0A000" and one.what.startswith("copy into"):
        return control.row_security(one.relation, role)  # refused to everybody under row security
    return False


def _told(one: _Try, outcome: Outcome) -> str:
    if outcome.nothing and one.same is not None:
        return "no row, and none for the owner either, which proves nothing"
    return str(outcome)


# ---- what there is to try: read from the catalog, nothing of it listed by hand ----

_OURS = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
_RELATIONS = f"""
select n.nspname, c.relname, c.relkind::text, array(
    select a.attname::text from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where {_OURS} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') order by 1, 2
"""
# Every argument NULL, and the fewest arguments that can be given.
_CALLS = f"""
select distinct p.oid::regprocedure::text, format('%%s %%I.%%I(%%s)',
    case p.prokind when 'p' then 'call' else 'select' end, n.nspname, p.proname, (
        select string_agg(format('null::%%s', format_type(t.type, null)), ', ' order by t.position)
        from unnest(p.proargtypes::oid[]) with ordinality t (type, position)
        where t.position <= p.pronargs - k.left_out))
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
cross join lateral (values (0), (p.pronargdefaults)) k (left_out)
where {_OURS} and n.nspname <> all(%s) order by 1, 2
"""


def _tries(connection: psycopg.Connection[Any]) -> Iterator[_Try]:
    for (schema,) in connection.execute(f"select n.nspname from pg_namespace n where {_OURS} order by 1"):
        planted = sql.Identifier(schema, "planted").as_string(connection)
        yield _Try(f"create a table in schema {schema}", f"create table {planted} (id int)")
    for schema, name, kind, columns in connection.execute(_RELATIONS):
        relation = _Relation(schema, name, kind, tuple(columns))
        yield from _sequence(relation) if kind == "S" else _relation(relation)
    for function, call in connection.execute(_CALLS, (list(PLATFORM_SCHEMAS),)):
        yield _Try(f"execute {function}", call)


def _sequence(sequence: _Relation) -> Iterator[_Try]:
    name = sequence.identifier.as_string(None)
    for function, rest in (("nextval", ""), ("setval", ", 1"), ("currval", "")):
        call = sql.SQL("select {}({}" + rest + ")").format(sql.SQL(function), sql.Literal(name))
        yield _Try(f"{function} of sequence {sequence.title}", call.as_string(None))
    yield _Try(f"select from sequence {sequence.title}", f"select * from {name}")


def _relation(relation: _Relation) -> Iterator[_Try]:
    name, title = relation.identifier.as_string(None), relation.title
    read = f"select from {name}"

    def of(what: str, statement: str, same: str | None = None, same_as: str = "") -> _Try:
        return _Try(what, statement, relation, same, same_as or what)

    yield of(f"select from {title}", f"select * from {name}", read, "read")
    yield of(f"count {title}", f"select count(*) from {name} having count(*) > 0", read, "read")
    yield of(f"copy out of {title}", f"copy (select * from {name}) to stdout", read, "read")
    yield of(f"insert into {title}", f"insert into {name} default values")
    yield of(f"delete from {title}", f"delete from {name}", f"delete from {name}")
    for column in relation.columns:
        quoted = sql.Identifier(column).as_string(None)
        update = f"update {name} set {quoted} = {quoted}"
        yield of(f"select {column} from {title}", f"select {quoted} from {name}", read, "read")
        yield of(f"insert {column} into {title}", f"insert into {name} ({quoted}) values (default)")
        yield of(f"update {column} of {title}", update, update, "update")
        # Needs no right to read.
        blind = f"update {name} set {quoted} = default"
        yield of(f"update {column} (unread) of {title}", blind, update, "update")
    if relation.kind in "rp":
        yield of(f"truncate {title}", f"truncate {name} cascade")
        yield of(f"copy into {title}", f"copy {name} from stdin")


# ---- the control: the owner's same statement ----


class _Control:
    """What the owner's same statement does. Asked once for a relation and kind of attempt."""

    def __init__(self, superuser: psycopg.Connection[Any], owner: str) -> None:
        self._superuser = superuser
        self._owner = owner
        self._answers: dict[tuple[str, str], bool] = {}

    def touches_rows(self, one: _Try) -> bool:
        """Whether the owner's statement touches rows, where need be without what refuses it to the owner too."""
        assert one.relation is not None and one.same is not None
        key = (one.relation.title, one.same_as)
        if key not in self._answers:
            self._answers[key] = any(
                self._succeeds(one.relation, one.same, claims, guarded=guarded)
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
        name = relation.identifier.as_string(None)
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

    def _succeeds(self, relation: _Relation, statement: str, user: Any, *, guarded: bool) -> bool:
        with request(self._superuser, None, claims_of(user)) as connection:
            if not guarded:
                # Foreign keys and the guards of immutability refuse this to the owner as well.
                connection.execute("set local session_replication_role = 'replica'")
                for (name,) in connection.execute(
                    "select tgname from pg_trigger where tgrelid = %s::regclass and tgenabled = 'A'",
                    (relation.identifier.as_string(None),),
                ).fetchall():
                    connection.execute(
                        sql.SQL("alter table {} disable trigger {}").format(relation.identifier, sql.Identifier(name))
                    )
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(self._owner)))
            connection.execute("savepoint attempt")
            return raw_attempts(connection, [statement])[0].succeeded
