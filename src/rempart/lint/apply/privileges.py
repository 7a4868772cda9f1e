"""Privileges granted and revoked, and default privileges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pglast import ast, enums

from rempart.lint.apply import names
from rempart.lint.state import PUBLIC, DefaultPrivilege, Name, State, Target
from rempart.lint.statement import Statement
from rempart.sqltext.positioned import Place
from rempart.sqltext.walk import texts

ALL_PRIVILEGES = {
    "table": frozenset({"select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain"}),
    "column": frozenset({"select", "insert", "update", "references"}),
    "sequence": frozenset({"usage", "select", "update"}),
    "function": frozenset({"execute"}),
    "schema": frozenset({"usage", "create"}),
    "database": frozenset({"create", "connect", "temporary"}),
    "tablespace": frozenset({"create"}),
    "language": frozenset({"usage"}),
    "type": frozenset({"usage"}),
    "foreign data wrapper": frozenset({"usage"}),
    "foreign server": frozenset({"usage"}),
    "large object": frozenset({"select", "update"}),
    "parameter": frozenset({"set", "alter system"}),
}
"""What ALL stands for, by kind of object."""

_KINDS = {
    enums.ObjectType.OBJECT_TABLE: "table",
    enums.ObjectType.OBJECT_SEQUENCE: "sequence",
    enums.ObjectType.OBJECT_FUNCTION: "function",
    enums.ObjectType.OBJECT_PROCEDURE: "function",
    enums.ObjectType.OBJECT_ROUTINE: "function",
    enums.ObjectType.OBJECT_SCHEMA: "schema",
    enums.ObjectType.OBJECT_DATABASE: "database",
    enums.ObjectType.OBJECT_TABLESPACE: "tablespace",
    enums.ObjectType.OBJECT_LANGUAGE: "language",
    enums.ObjectType.OBJECT_TYPE: "type",
    enums.ObjectType.OBJECT_DOMAIN: "type",
    enums.ObjectType.OBJECT_FDW: "foreign data wrapper",
    enums.ObjectType.OBJECT_FOREIGN_SERVER: "foreign server",
    enums.ObjectType.OBJECT_LARGEOBJECT: "large object",
    enums.ObjectType.OBJECT_PARAMETER_ACL: "parameter",
}
_DEFAULT_KINDS = {
    enums.ObjectType.OBJECT_TABLE: ("tables", "table"),
    enums.ObjectType.OBJECT_SEQUENCE: ("sequences", "sequence"),
    enums.ObjectType.OBJECT_FUNCTION: ("functions", "function"),
    enums.ObjectType.OBJECT_ROUTINE: ("functions", "function"),
    enums.ObjectType.OBJECT_TYPE: ("types", "type"),
    enums.ObjectType.OBJECT_SCHEMA: ("schemas", "schema"),
}
_OF_DEFAULTS = {
    "tables": "table",
    "sequences": "sequence",
    "functions": "function",
    "types": "type",
    "schemas": "schema",
}


def grant(state: State, target: Target, grantee: str, privileges: Iterable[str], place: Place) -> None:
    """Give privileges; one that is held already keeps the place of its first grant.

    Args:
        state: Changed in place.
        target: On what.
        grantee: To whom.
        privileges: Lower case.
        place: Where.
    """
    held = state.grants.setdefault(target, {}).setdefault(grantee, {})
    closed = state.revoked.get(target.name, {}).get(grantee) if target.kind == "relation" else None
    for privilege in privileges:
        held.setdefault(privilege, place)
        if closed is not None and not target.detail:
            closed.discard(privilege)


def revoke(state: State, target: Target, grantee: str, privileges: Iterable[str]) -> None:
    """Take privileges away; those of a table go from its columns too.

    Args:
        state: Changed in place.
        target: On what.
        grantee: From whom.
        privileges: Lower case.
    """
    taken = frozenset(privileges)
    targets = [target]
    if target.kind == "relation" and not target.detail:
        state.revoked.setdefault(target.name, {}).setdefault(grantee, set()).update(taken)
        relation = state.relations.get(target.name)
        columns = relation.columns if relation is not None and relation.seen else None
        targets += (
            [Target("relation", target.name, column) for column in columns]
            if columns is not None
            else [one for one in state.grants.on("relation", target.name) if one.detail]
        )
    for one in targets:
        by_grantee = state.grants.get(one)
        if by_grantee is None or grantee not in by_grantee:
            continue
        held = by_grantee[grantee]
        for privilege in taken:
            held.pop(privilege, None)
        if not held:
            del by_grantee[grantee]
        if not by_grantee:
            del state.grants[one]


def grant_defaults(kind: str, name: Name, detail: str, state: State) -> None:
    """Give a new object the default privileges in force.

    Args:
        kind: As in `DefaultPrivilege`.
        name: Schema and name of the object.
        detail: Signature of a function.
        state: Changed in place.
    """
    for default in state.default_privileges:
        if default.kind == kind and default.schema in ("", name[0]) and default.creator == state.current_role:
            target = Target("function" if kind == "functions" else "relation", name, detail)
            of_kind = ALL_PRIVILEGES[_OF_DEFAULTS[kind]]
            given = of_kind if "all" in default.privileges else default.privileges & of_kind
            grant(state, target, default.grantee, given, default.place)


def written_privileges(node: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Privileges of a GrantStmt with their columns; `all` for ALL.

    Args:
        node: A GrantStmt.
    """
    if not node.privileges:
        return [("all", ())]
    return [(str(one.priv_name or "all").lower(), texts(one.cols)) for one in node.privileges]


def targets(node: Any, state: State) -> list[Target]:
    """The objects a GrantStmt names; for ALL … IN SCHEMA the known ones.

    Args:
        node: A GrantStmt.
        state: Knows the objects.
    """
    kind = _KINDS.get(node.objtype, "table")
    if node.targtype == enums.GrantTargetType.ACL_TARGET_ALL_IN_SCHEMA:
        return list(_all_in(texts(node.objects), kind, node.objtype, state))
    found = []
    for written in node.objects or ():
        if isinstance(written, ast.RangeVar):
            found.append(Target("relation", names.relation(written, state)))
        elif isinstance(written, ast.ObjectWithArgs):
            found.extend(Target("function", name, detail) for name, detail in names.functions(written, state))
        elif isinstance(written, ast.String):
            found.append(Target(kind, ("", str(written.sval))))
        else:
            parts = texts(written.names if isinstance(written, ast.TypeName) else written)
            if parts:
                found.append(Target(kind, ("" if len(parts) < 2 else parts[-2], parts[-1])))
    return found


def _all_in(schemas: tuple[str, ...], kind: str, word: enums.ObjectType, state: State) -> Iterator[Target]:
    if kind == "function":
        # ALL FUNCTIONS leaves out procedures, ALL PROCEDURES the others.
        left_out = {
            enums.ObjectType.OBJECT_FUNCTION: ("procedure",),
            enums.ObjectType.OBJECT_PROCEDURE: ("function", "aggregate"),
        }.get(word, ())
        for (name, detail), function in list(state.functions.items()):
            if name[0] in schemas and function.kind not in left_out:
                yield Target("function", name, detail)
        return
    for relation in state.relations.values():
        if relation.name[0] in schemas and (relation.kind == "sequence") == (kind == "sequence"):
            yield Target("relation", relation.name)
    # What was only granted on so far is there too.
    for target in list(state.grants) if kind != "sequence" else ():
        if target.kind == "relation" and target.name[0] in schemas and target.name not in state.relations:
            yield target._replace(detail="")


def _grant_or_revoke(node: Any, statement: Statement, state: State) -> None:
    if node.targtype == enums.GrantTargetType.ACL_TARGET_DEFAULTS:
        return
    closes = not node.is_grant
    if closes and (statement.conditional or node.grant_option):
        return
    kind = _KINDS.get(node.objtype, "table")
    grantees = [names.role(one, state) for one in node.grantees or ()]
    for target in targets(node, state):
        known = state.relations.get(target.name) if target.kind == "relation" else None
        of_kind = "sequence" if known is not None and known.kind == "sequence" else kind
        for privilege, columns in written_privileges(node):
            for one in [Target(target.kind, target.name, column) for column in columns] or [target]:
                if privilege != "all":
                    privileges = frozenset({privilege})
                else:
                    privileges = ALL_PRIVILEGES["column" if columns else of_kind]
                for grantee in grantees:
                    if closes:
                        revoke(state, one, grantee, privileges)
                    else:
                        grant(state, one, grantee, privileges, statement.place)
                    if one.kind == "function" and grantee == PUBLIC and "execute" in privileges:
                        key = (one.name, one.detail)
                        if closes:
                            state.public_execute_revoked.add(key)
                        else:
                            state.public_execute_revoked.discard(key)


def _alter_defaults(node: Any, statement: Statement, state: State) -> None:
    action = node.action
    if not action.is_grant and (statement.conditional or action.grant_option):
        return
    creators, schemas = [state.current_role], [""]
    for option in node.options or ():
        if option.defname == "roles":
            creators = [names.role(one, state) for one in option.arg]
        elif option.defname == "schemas":
            schemas = list(texts(option.arg))
    kind, singular = _DEFAULT_KINDS.get(action.objtype, ("tables", "table"))
    privileges = {privilege for privilege, _ in written_privileges(action)}
    for creator in creators:
        for schema in schemas:
            for grantee in (names.role(one, state) for one in action.grantees or ()):
                if action.is_grant:
                    state.default_privileges.append(
                        DefaultPrivilege(creator, schema, kind, grantee, set(privileges), statement.place)
                    )
                else:
                    _revoke_default(state, creator, schema, kind, grantee, privileges, singular)
                if kind == "functions" and grantee == PUBLIC and not schema and privileges & {"all", "execute"}:
                    # Only the defaults of all schemas can take away what is built in.
                    if action.is_grant:
                        state.default_execute_revoked.discard(creator)
                    else:
                        state.default_execute_revoked.add(creator)


def _revoke_default(
    state: State, creator: str, schema: str, kind: str, grantee: str, privileges: set[str], singular: str
) -> None:
    kept = []
    for default in state.default_privileges:
        if (default.creator, default.schema, default.kind, default.grantee) == (creator, schema, kind, grantee):
            held = ALL_PRIVILEGES[singular] if "all" in default.privileges else default.privileges
            left = set() if "all" in privileges else set(held) - privileges
            if not left:
                continue
            default = DefaultPrivilege(creator, schema, kind, grantee, left, default.place)
        kept.append(default)
    state.default_privileges = kept


HANDLERS = {
    ast.GrantStmt: _grant_or_revoke,
    ast.AlterDefaultPrivilegesStmt: _alter_defaults,
}
