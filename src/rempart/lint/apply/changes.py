"""Statements that concern objects of any kind: DROP, RENAME, SET SCHEMA, OWNER TO, and those of schemas."""

from __future__ import annotations

from typing import Any

from pglast import ast, enums

from rempart.lint.apply import names
from rempart.lint.apply.roles import known_role
from rempart.lint.state import FunctionKey, Name, State, Target
from rempart.lint.statement import Statement
from rempart.sqltext.walk import texts

_T = enums.ObjectType
_RELATIONS = frozenset(
    {_T.OBJECT_TABLE, _T.OBJECT_VIEW, _T.OBJECT_MATVIEW, _T.OBJECT_SEQUENCE, _T.OBJECT_FOREIGN_TABLE}
)
_NO_ARGUMENTS = "()"
_FUNCTIONS = frozenset({_T.OBJECT_FUNCTION, _T.OBJECT_PROCEDURE, _T.OBJECT_ROUTINE, _T.OBJECT_AGGREGATE})


def forget_relation(name: Name, state: State) -> None:
    """Remove a relation with its privileges.

    Args:
        name: Schema and name.
        state: Changed in place.
    """
    state.relations.pop(name, None)
    for target in state.grants.on("relation", name):
        del state.grants[target]


def forget_function(key: FunctionKey, state: State) -> None:
    """Remove a function with its privileges.

    Args:
        key: Name and signature.
        state: Changed in place.
    """
    state.functions.pop(key)
    state.public_execute_revoked.discard(key)
    state.grants.pop(Target("function", *key))


def _forget_schema(schema: str, state: State) -> None:
    for name in [one for one in state.relations if one[0] == schema]:
        forget_relation(name, state)
    for key in [one for one in state.functions if one[0][0] == schema]:
        forget_function(key, state)
    state.schemas.pop(schema, None)
    state.schema_owners.pop(schema, None)
    state.grants.pop(Target("schema", ("", schema)))
    state.default_privileges = [one for one in state.default_privileges if one.schema != schema]


def _drop(node: Any, statement: Statement, state: State) -> None:
    kind = node.removeType
    for written in node.objects or ():
        if kind == _T.OBJECT_POLICY:
            _drop_policy(texts(written), statement, state)
        elif statement.conditional:
            continue
        elif kind in _RELATIONS:
            parts = texts(written)
            schema = parts[-2] if len(parts) > 1 else None
            forget_relation(state.resolve(schema, parts[-1]), state)
        elif kind in _FUNCTIONS:
            for key in names.functions(written, state):
                forget_function(key, state)
        elif kind == _T.OBJECT_SCHEMA:
            _forget_schema(texts(written)[-1], state)
        elif kind == _T.OBJECT_TRIGGER:
            *path, trigger = texts(written)
            relation = state.relations.get(state.resolve(path[-2] if len(path) > 1 else None, path[-1]))
            if relation is not None:
                relation.triggers.pop(trigger, None)


def _drop_policy(parts: tuple[str, ...], statement: Statement, state: State) -> None:
    *path, policy = parts
    name = state.resolve(path[-2] if len(path) > 1 else None, path[-1])
    state.dropped_policies.setdefault((name, policy), (state.transaction, statement.place))
    relation = state.relations.get(name)
    if relation is None or policy not in relation.policies:
        return
    # A restrictive policy that is dropped opens; a permissive one closes, and may still be there under an IF.
    if not (statement.conditional and relation.policies[policy].permissive):
        del relation.policies[policy]


def _rename(node: Any, statement: Statement, state: State) -> None:
    kind, new = node.renameType, str(node.newname)
    if kind in _RELATIONS:
        old = names.relation(node.relation, state)
        _move_relations({old: (old[0], new)}, state)
    elif kind == _T.OBJECT_COLUMN:
        _rename_column(names.relation(node.relation, state), str(node.subname), new, state)
    elif kind in _FUNCTIONS:
        keys = names.functions(node.object, state)
        _move_functions({key: ((key[0][0], new), key[1]) for key in keys}, state)
    elif kind == _T.OBJECT_SCHEMA:
        _rename_schema(str(node.subname), new, state)
    elif kind == _T.OBJECT_ROLE:
        _rename_role(str(node.subname), new, state)
    elif kind == _T.OBJECT_POLICY:
        relation = state.relations.get(names.relation(node.relation, state))
        policy = relation.policies.pop(str(node.subname), None) if relation else None
        if relation is not None and policy is not None:
            policy.name = new
            relation.policies[new] = policy
    elif kind == _T.OBJECT_TRIGGER:
        relation = state.relations.get(names.relation(node.relation, state))
        called = relation.triggers.pop(str(node.subname), None) if relation else None
        if relation is not None and called is not None:
            relation.triggers[new] = called


def _move_relations(moved: dict[Name, Name], state: State) -> None:
    """Give relations other names, by the old ones. What speaks of them is looked through once for all."""
    for old, new in moved.items():
        relation = state.relations.pop(old, None)
        if relation is None:
            continue
        relation.name = new
        state.relations[new] = relation
        for policy in relation.policies.values():
            policy.table = new
        for target in state.grants.on("relation", old):
            _move_grants(target, target._replace(name=new), state)
    for other in state.relations.values():
        if other.parent in moved:
            other.parent = moved[other.parent]


def _move_grants(old: Target, new: Target, state: State) -> None:
    if old in state.grants:
        state.grants[new] = state.grants.pop(old)


def _move_functions(moved: dict[FunctionKey, FunctionKey], state: State) -> None:
    """Give functions other names, by the old ones."""
    called_by_triggers: dict[Name, Name] = {}
    for old, new in moved.items():
        function = state.functions.pop(old)
        if function is None:
            continue
        function.name = new[0]
        state.functions[new] = function
        if old[1] == _NO_ARGUMENTS:
            called_by_triggers[old[0]] = new[0]
        if old in state.public_execute_revoked:
            state.public_execute_revoked.discard(old)
            state.public_execute_revoked.add(new)
        _move_grants(Target("function", *old), Target("function", *new), state)
    for relation in state.relations.values() if called_by_triggers else ():
        for trigger, called in relation.triggers.items():
            relation.triggers[trigger] = called_by_triggers.get(called, called)


def _rename_column(table: Name, old: str, new: str, state: State) -> None:
    relation = state.relations.get(table)
    if relation is not None:
        relation.columns[:] = [new if column == old else column for column in relation.columns]
        relation.not_null = frozenset(new if column == old else column for column in relation.not_null)
    _move_grants(Target("relation", table, old), Target("relation", table, new), state)


def _rename_schema(old: str, new: str, state: State) -> None:
    _move_relations({name: (new, name[1]) for name in state.relations if name[0] == old}, state)
    _move_functions({key: ((new, key[0][1]), key[1]) for key in state.functions if key[0][0] == old}, state)
    if old in state.schemas:
        state.schemas[new] = state.schemas.pop(old)
    if old in state.schema_owners:
        state.schema_owners[new] = state.schema_owners.pop(old)
    _move_grants(Target("schema", ("", old)), Target("schema", ("", new)), state)
    for default in state.default_privileges:
        if default.schema == old:
            default.schema = new


def _rename_role(old: str, new: str, state: State) -> None:
    state.reachable.clear()
    role = state.roles.pop(old, None)
    if role is not None:
        role.name = new
        state.roles[new] = role
    for other in state.roles.values():
        if old in other.member_of:
            other.member_of[new] = other.member_of.pop(old)
    for by_grantee in state.grants.values():
        if old in by_grantee:
            by_grantee[new] = by_grantee.pop(old)
    for default in state.default_privileges:
        default.grantee = new if default.grantee == old else default.grantee
        default.creator = new if default.creator == old else default.creator
    for relation in state.relations.values():
        relation.owner = new if relation.owner == old else relation.owner
        for policy in relation.policies.values():
            policy.roles = tuple(new if one == old else one for one in policy.roles)
    for function in state.functions.values():
        function.owner = new if function.owner == old else function.owner
    for schema, owner in state.schema_owners.items():
        if owner == old:
            state.schema_owners[schema] = new


def _set_schema(node: Any, statement: Statement, state: State) -> None:
    new = str(node.newschema)
    if node.objectType in _RELATIONS:
        old = names.relation(node.relation, state)
        _move_relations({old: (new, old[1])}, state)
    elif node.objectType in _FUNCTIONS:
        keys = names.functions(node.object, state)
        _move_functions({key: ((new, key[0][1]), key[1]) for key in keys}, state)


def _set_owner(node: Any, statement: Statement, state: State) -> None:
    owner = names.role(node.newowner, state)
    if node.objectType in _FUNCTIONS:
        for key in names.functions(node.object, state):
            if key in state.functions:
                state.functions[key].owner = owner
    elif node.objectType == _T.OBJECT_SCHEMA:
        state.schema_owners[texts(node.object)[-1]] = owner


def _create_schema(node: Any, statement: Statement, state: State) -> None:
    owner = names.role(node.authrole, state) if node.authrole else (state.current_role or None)
    schema = str(node.schemaname or owner)
    if schema in state.schemas:
        return
    state.schemas[schema] = statement.place
    if owner:
        state.schema_owners[schema] = owner


def _create_extension(node: Any, statement: Statement, state: State) -> None:
    for option in node.options or ():
        if option.defname == "schema":
            state.schemas.setdefault(str(option.arg.sval), statement.place)


def _drop_owned(node: Any, statement: Statement, state: State) -> None:
    if statement.conditional:
        return
    for role in (names.role(one, state) for one in node.roles or ()):
        for name in [one.name for one in state.relations.values() if one.owner == role]:
            forget_relation(name, state)
        for key in [one for one, function in state.functions.items() if function.owner == role]:
            forget_function(key, state)
        for target in list(state.grants):
            state.grants[target].pop(role, None)
            if not state.grants[target]:
                del state.grants[target]
        state.default_privileges = [one for one in state.default_privileges if role not in (one.grantee, one.creator)]


def _reassign_owned(node: Any, statement: Statement, state: State) -> None:
    new = known_role(names.role(node.newrole, state), state).name
    for role in (names.role(one, state) for one in node.roles or ()):
        for relation in state.relations.values():
            relation.owner = new if relation.owner == role else relation.owner
        for function in state.functions.values():
            function.owner = new if function.owner == role else function.owner
        for schema, owner in state.schema_owners.items():
            if owner == role:
                state.schema_owners[schema] = new


HANDLERS = {
    ast.DropStmt: _drop,
    ast.RenameStmt: _rename,
    ast.AlterObjectSchemaStmt: _set_schema,
    ast.AlterOwnerStmt: _set_owner,
    ast.CreateSchemaStmt: _create_schema,
    ast.CreateExtensionStmt: _create_extension,
    ast.DropOwnedStmt: _drop_owned,
    ast.ReassignOwnedStmt: _reassign_owned,
}
