"""Tries every command as a session, on every class of rows, and tells where that differs from the declared matrix.

Denied is SQLSTATE 42501, or no row touched where the owner's same statement in the same state touches some. Any other
error proves nothing and is told as such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import psycopg
from declared_access import COMMANDS, Declaration, Matrix, Persona
from gateway import LOGIN, Outcome, attempt, named, request
from psycopg import sql

_TANK = "(select c.depot_id from public.citernes c where c.id = t.citerne_id)"
_COPY_OF_PROFILS = (
    "(select p.id, p.user_id, p.nom_complet, p.role, p.depot_id, p.email, p.created_at from public.profils p)"
)
# The depot a row belongs to, in the judge's own words: the tank's, never a copied depot_id.
_DEPOT = {
    "public.citernes": "t.depot_id",
    "public.cours_de_route": "t.depot_destination_id",
    "public.cours_route": "t.depot_destination_id",
    "public.profils": "t.depot_id",
    "public.current_user_profile": "t.depot_id",
    "public.v_kpi_stock_global": "t.depot_id",
    **dict.fromkeys(
        (
            "public.receptions",
            "public.sorties_produit",
            "public.prises_de_hauteur",
            "public.stocks_journaliers",
            "public.stocks_snapshot",
            "public.stocks_ouverture",
            "public.stocks_adjustments",
            "public.v_stock_actuel",
            "public.v_mouvements_stock",
        ),
        _TANK,
    ),
}
# What a view shows each session another part of is read here, whole.
_WHOLE = {"public.current_user_profile": _COPY_OF_PROFILS}
_PLACES = {named("depot/1"): "1", named("depot/2"): "2", None: "none"}
# A row as text. The only column that moves with the clock within a test is left out.
_ROW = "(to_jsonb(t) - 'detected_at')::text"


class Database(Protocol):
    """A database of the tests."""

    owner: str

    def connect(self, user: str | None = None, *, autocommit: bool = True) -> psycopg.Connection[Any]: ...


def differences(database: Database, persona: Persona, matrix: Matrix, only: str | None = None) -> list[str]:
    """Everything a session can do that is not declared, and everything declared that it cannot do.

    Args:
        database: With rows of tests/world.sql.
        persona: The session.
        matrix: What is declared.
        only: One relation or function; all by default.
    """
    with _sessions(database, persona) as judge:
        found = []
        for name, declaration in matrix.relations.items():
            if only not in (None, name):
                continue
            found += judge.reads(name, declaration)
            found += judge.writes(name, declaration, matrix.attempts.get(name, {}))
            found += judge.never(name, is_table=name in matrix.tables)
            if name in matrix.views:
                found += judge.writes_to_view(name)
        for name, function in matrix.functions.items():
            if only not in (None, name):
                continue
            outcome = attempt(judge.session, matrix.attempts[name]["execute"], persona.parameters(name, "any"))
            allowed = persona.declared in function.execute
            if not (outcome.succeeded if allowed else outcome.refused):
                found.append(f"{name}: {_told(allowed)}, observed {outcome}")
        return [f"{persona.name}: {one}" for one in found]


@contextmanager
def _sessions(database: Database, persona: Persona) -> Iterator[_Judge]:
    with (
        database.connect(LOGIN) as gateway,
        database.connect(database.owner) as owner,
        request(owner, None, persona.claims),
        request(gateway, persona.role, persona.claims),
    ):
        yield _Judge(persona, gateway, owner)


@dataclass
class _Judge:
    persona: Persona
    session: psycopg.Connection[Any]
    owner: psycopg.Connection[Any]

    def reads(self, relation: str, declaration: Declaration) -> list[str]:
        """The rows a session sees against those declared, each compared with all its columns."""
        cells = declaration.cells["select"]
        whole = self._all_rows(relation)
        empty = [
            f"{relation} select {row_class}: the owner sees no such row, which proves nothing"
            for row_class in cells
            if self.persona.places(row_class) and not whole.get(row_class)
        ]
        if undeclared := sorted(set(whole) - set(cells)):
            return [f"{relation} select: rows of an undeclared class: {', '.join(undeclared)}"]
        expected: Counter[str] = Counter()
        for row_class, who in cells.items():
            if self.persona.declared in who:
                expected += whole.get(row_class, Counter())
        seen = self._visible(relation)
        if isinstance(seen, Outcome):
            if seen.refused and not expected:
                return empty
            return [*empty, f"{relation} select: declared {expected.total()} row(s), observed {seen}"]
        if self.persona.role == "anon":
            return [*empty, f"{relation} select: declared refused, observed {seen.total()} row(s)"]
        told = []
        for word, rows in (("does not see", expected - seen), ("sees", seen - expected)):
            for row_class, ones in whole.items():
                if hit := rows & ones:
                    told.append(f"{relation} select {row_class}: {word} {hit.total()} row(s), e.g. {min(hit)}")
                    rows -= hit
            if rows:
                told.append(
                    f"{relation} select: {word} {rows.total()} row(s) that the owner does not, e.g. {min(rows)}"
                )
        return empty + told

    def writes(self, relation: str, declaration: Declaration, statements: dict[str, str]) -> list[str]:
        """Every declared INSERT, UPDATE and DELETE, on a row of each class."""
        told = []
        for command, row_class, who in declaration.commands():
            if command not in statements:
                told.append(f"{relation} {command}: attempts.toml does not say how to try it")
                continue
            for place in self.persona.places(row_class):
                parameters = self.persona.parameters(relation, place)
                told += [
                    f"{relation} {command} {row_class}: {wrong}"
                    for wrong in self._judged(
                        statements[command],
                        parameters,
                        allowed=self.persona.declared in who,
                        relation=relation,
                    )
                ]
        for column in self._columns(relation) if declaration.update_columns else []:
            if column not in declaration.update_columns:
                told += self._refused(relation, f"update {column}", "update {relation} set {column} = {column}", column)
        return told

    def writes_to_view(self, view: str) -> list[str]:
        """Views are only read. Where Postgres can write to none for anybody, no privilege may be held either."""
        column = self._columns(view)[0]
        told = self._refused(view, "insert", "insert into {relation} default values")
        told += self._refused(view, "update", "update {relation} set {column} = {column}", column)
        return told + self._refused(view, "delete", "delete from {relation}")

    def never(self, relation: str, *, is_table: bool) -> list[str]:
        """What belongs to nobody: TRUNCATE and TRIGGER are tried, REFERENCES and MAINTAIN are asked of the catalog."""
        told = []
        if is_table:
            told += self._refused(relation, "truncate", "truncate {relation} cascade")
        told += self._refused(
            relation,
            "trigger",
            "create trigger planted after insert on {relation} execute function"
            " pg_catalog.suppress_redundant_updates_trigger()",
        )
        rows = self.owner.execute(
            """
            select p
            from unnest(array['TRUNCATE', 'REFERENCES', 'TRIGGER']
                || case when current_setting('server_version_num')::int >= 170000 then array['MAINTAIN']
                    else '{}' end) p
            where has_table_privilege(%(role)s, %(relation)s::regclass, p)
                or p = 'REFERENCES' and has_any_column_privilege(%(role)s, %(relation)s::regclass, p)
            """,
            {"role": self.persona.role, "relation": relation},
        )
        return told + [f"{relation}: holds {row[0]}" for row in rows]

    def _judged(self, statement: str, parameters: dict[str, Any], *, allowed: bool, relation: str) -> Iterator[str]:
        outcome = attempt(self.session, statement, parameters)
        if allowed:
            if not outcome.succeeded:
                yield f"declared allowed, observed {outcome}"
            return
        if outcome.succeeded:
            yield f"declared denied, observed {outcome}"
        elif not outcome.refused and not outcome.nothing:
            yield f"declared denied, observed {outcome}, which proves nothing"
        elif outcome.nothing and self.persona.role == "anon":
            yield "declared refused, observed no row"
        elif outcome.nothing or statement.startswith("insert"):
            owners = attempt(self.owner, statement, parameters)
            if not owners.succeeded and outcome.nothing:
                owners = self._without_guards(relation, statement, parameters)
            if not owners.succeeded:
                yield f"denied, but the owner's same statement gave {owners}, which proves nothing"

    def _without_guards(self, relation: str, statement: str, parameters: dict[str, Any]) -> Outcome:
        """The owner's statement with the guards of immutability away, which refuse it to the owner too."""
        self.owner.execute("savepoint guards")
        for (name,) in self.owner.execute(
            "select tgname from pg_trigger where tgrelid = %s::regclass and tgenabled = 'A'", (relation,)
        ).fetchall():
            self.owner.execute(
                sql.SQL("alter table {} disable trigger {}").format(_identifier(relation), sql.Identifier(name))
            )
        self.owner.execute("savepoint attempt")
        outcome = attempt(self.owner, statement, parameters)
        self.owner.execute("rollback to savepoint guards")
        return outcome

    def _refused(self, relation: str, what: str, template: str, column: str | None = None) -> list[str]:
        names = {"relation": _identifier(relation)} | ({"column": sql.Identifier(column)} if column else {})
        statement = sql.SQL(template).format(**names)
        outcome = attempt(self.session, statement)
        if outcome.refused:
            return []
        if outcome.state == "55000":  # nobody can write to this view, which shows in the owner's attempt
            if attempt(self.owner, statement).state == "55000" and not self._writes(relation):
                return []
            return [f"{relation} {what}: the view cannot be written to, yet the privilege is held"]
        return [f"{relation} {what}: declared nobody, observed {outcome}"]

    def _writes(self, relation: str) -> bool:
        row = self.owner.execute(
            "select has_table_privilege(%(role)s, %(relation)s::regclass, 'INSERT,UPDATE,DELETE')"
            " or has_any_column_privilege(%(role)s, %(relation)s::regclass, 'INSERT')"
            " or has_any_column_privilege(%(role)s, %(relation)s::regclass, 'UPDATE')",
            {"role": self.persona.role, "relation": relation},
        ).fetchone()
        return bool(row and row[0])

    def _all_rows(self, relation: str) -> dict[str, Counter[str]]:
        source = _WHOLE.get(relation, relation)
        depot = _DEPOT.get(relation, "null::uuid")
        own = "coalesce(t.user_id = auth.uid(), false)" if "profil" in relation else "false"
        whole: dict[str, Counter[str]] = {}
        rows: list[tuple[str, UUID | None, bool]] = []
        outcome = attempt(self.owner, f"select {_ROW}, {depot}, {own} from {source} t", rows=rows)
        assert outcome.state is None, f"{relation}: the owner cannot read it: {outcome}"
        for row, depot_id, is_own in rows:
            place = "self" if is_own else _PLACES[depot_id] if relation in _DEPOT else "any"
            whole.setdefault(self.persona.row_class(place), Counter())[row] += 1
        return whole

    def _visible(self, relation: str) -> Counter[str] | Outcome:
        # In a savepoint, so that no lock stays to meet the owner's.
        statement = f"select {_ROW} from {relation} t"
        rows: list[tuple[str]] = []
        outcome = attempt(self.session, statement, rows=rows)
        return outcome if outcome.state is not None else Counter(row for (row,) in rows)

    def _columns(self, relation: str) -> list[str]:
        return [
            name
            for (name,) in self.owner.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
                " order by attnum",
                (relation,),
            )
        ]


def undeclared(connection: psycopg.Connection[Any], exposed: Iterable[str], matrix: Matrix) -> list[str]:
    """Relations and functions of the exposed schemas without a row in the matrix, and rows without either."""
    kinds = {
        "r": "table",
        "p": "table",
        "v": "view",
        "m": "materialized view",
        "f": "foreign table",
        "S": "sequence",
    }
    found = {
        f"{kinds.get(kind, kind)} {name}"
        for name, kind in connection.execute(
            "select format('%%I.%%I', n.nspname, c.relname), c.relkind::text from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = any(%s) and c.relkind not in ('i', 'I', 't', 'c')",
            (list(exposed),),
        )
    } | {
        f"function {name}"
        for (name,) in connection.execute(
            "select format('%%I.%%I(%%s)', n.nspname, p.proname, replace(oidvectortypes(p.proargtypes), ', ', ','))"
            " from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any(%s)",
            (list(exposed),),
        )
    }
    declared = (
        {f"table {name}" for name in matrix.tables}
        | {f"view {name}" for name in matrix.views}
        | {f"function {name}" for name in matrix.functions}
    )
    return [f"{one} has no row in matrix.toml" for one in sorted(found - declared)] + [
        f"matrix.toml declares {one}, which does not exist" for one in sorted(declared - found)
    ]


def privileges(connection: psycopg.Connection[Any], matrix: Matrix) -> list[str]:
    """What the roles of the gateway hold, columns included, on commands that the matrix gives to nobody."""
    told = []
    for name, declaration in matrix.relations.items():
        for command in COMMANDS:
            columns = declaration.update_columns if command == "update" else ()
            roles = ["anon", "authenticated"] if not declaration.anybody(command) or columns else ["anon"]
            told += [
                f"{role} holds {command} on {name}{f' ({column})' if column else ''}"
                for role, column in connection.execute(
                    """
                    select r.rolname, a.attname
                    from unnest(%(roles)s::text[]) r (rolname)
                    cross join pg_attribute a
                    where a.attrelid = %(relation)s::regclass and a.attnum > 0 and not a.attisdropped
                        and case when %(command)s = 'delete' then has_table_privilege(r.rolname, a.attrelid, 'delete')
                            else has_column_privilege(r.rolname, a.attrelid, a.attnum, %(command)s) end
                    """,
                    {"roles": roles, "relation": name, "command": command},
                )
                if role == "anon" or column not in columns
            ]
    return told


def _identifier(relation: str) -> sql.Identifier:
    return sql.Identifier(*relation.split("."))


def _told(allowed: bool) -> str:
    return "declared allowed" if allowed else "declared denied"
