"""Tables, views, sequences and foreign tables: created and altered."""

from __future__ import annotations

from typing import Any

from pglast import ast, enums

from rempart.lint.apply import names
from rempart.lint.apply.privileges import grant_defaults
from rempart.lint.apply.session import set_config
from rempart.lint.state import Name, Relation, State
from rempart.lint.statement import Statement
from rempart.sqltext.walk import texts

_SERIAL = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})
_NOT_NULL = frozenset({enums.ConstrType.CONSTR_NOTNULL, enums.ConstrType.CONSTR_PRIMARY})
_SWITCHES = {
    enums.AlterTableType.AT_EnableRowSecurity: ("row_security", True),
    enums.AlterTableType.AT_DisableRowSecurity: ("row_security", False),
    enums.AlterTableType.AT_ForceRowSecurity: ("forced", True),
    enums.AlterTableType.AT_NoForceRowSecurity: ("forced", False),
}
_KINDS = {
    enums.ObjectType.OBJECT_TABLE: "table",
    enums.ObjectType.OBJECT_VIEW: "view",
    enums.ObjectType.OBJECT_MATVIEW: "materialized view",
    enums.ObjectType.OBJECT_FOREIGN_TABLE: "foreign table",
    enums.ObjectType.OBJECT_SEQUENCE: "sequence",
}


def create(name: Name, kind: str, statement: Statement, state: State) -> Relation:
    """Enter a new relation, owned by the role in force and with the default privileges in force.

    Args:
        name: Schema and name.
        kind: See `Relation`.
        statement: The statement that creates it.
        state: Changed in place.
    """
    relation = Relation(
        name,
        kind,
        statement.place,
        transaction=state.transaction,
        temporary=name[0] == names.TEMPORARY,
        owner=state.current_role or None,
    )
    state.relations[name] = relation
    state.revoked.pop(name, None)
    grant_defaults("sequences" if kind == "sequence" else "tables", name, "", state)
    return relation


def options(elements: Any) -> dict[str, str]:
    """The options of a WITH or SET clause; one without a value has the value `true`.

    Args:
        elements: DefElem nodes, or None.
    """
    found = {}
    for element in elements or ():
        value = element.arg
        match value:
            case None:
                text = "true"
            case ast.String():
                text = str(value.sval)
            case ast.Integer():
                text = str(value.ival)
            case ast.Float():
                text = str(value.fval)
            case ast.TypeName():
                text = ".".join(texts(value.names))
            case _:
                text = str(getattr(value, "boolval", value))
        found[str(element.defname).lower()] = text.lower()
    return found


def output_columns(query: Any, state: State) -> list[str]:
    """Names of the columns that a query gives, as far as they can be told.

    Args:
        query: A SelectStmt or None.
        state: Knows the columns of tables, for `*`.
    """
    while isinstance(query, ast.SelectStmt) and query.larg is not None:
        query = query.larg
    if not isinstance(query, ast.SelectStmt):
        return []
    found: list[str] = []
    for target in query.targetList or ():
        if target.name:
            found.append(str(target.name))
        elif isinstance(target.val, ast.ColumnRef):
            fields: Any = target.val.fields
            last = fields[-1]
            if isinstance(last, ast.A_Star):
                found.extend(_star(texts(fields), query.fromClause, state))
            else:
                found.append(str(last.sval))
        elif isinstance(target.val, ast.FuncCall):
            found.append(texts(target.val.funcname)[-1])
    return found


def _star(prefix: tuple[str, ...], sources: Any, state: State) -> list[str]:
    found: list[str] = []
    queue = list(sources or ())
    while queue:
        source = queue.pop(0)
        if isinstance(source, ast.JoinExpr):
            queue[:0] = [source.larg, source.rarg]
        elif isinstance(source, ast.RangeVar):
            alias = source.alias.aliasname if source.alias else source.relname
            if not prefix or prefix[-1] == alias:
                known = state.relations.get(names.relation(source, state))
                found.extend(known.columns if known else ())
    return found


def _create_table(node: Any, statement: Statement, state: State, kind: str = "table") -> None:
    name = names.new_relation(node.relation, state)
    if node.if_not_exists and name in state.relations and state.relations[name].seen:
        return
    relation = create(name, kind, statement, state)
    relation.options = options(node.options)
    for parent in node.inhRelations or ():
        relation.parent = names.relation(parent, state)
        _copy_columns(relation, relation.parent, state)
    for element in node.tableElts or ():
        if isinstance(element, ast.ColumnDef):
            _add_column(relation, element, statement, state)
        elif isinstance(element, ast.TableLikeClause):
            _copy_columns(relation, names.relation(element.relation, state), state)
        elif isinstance(element, ast.Constraint):
            relation.not_null |= _never_null(element)


def _copy_columns(relation: Relation, source: Name, state: State) -> None:
    known = state.relations.get(source)
    for column in known.columns if known else ():
        if column not in relation.columns:
            relation.columns.append(column)
    relation.not_null |= known.not_null if known else frozenset()


def _never_null(constraint: Any) -> frozenset[str]:
    """The columns that a constraint of a table keeps from being NULL."""
    if constraint.contype not in _NOT_NULL or constraint.skip_validation:
        return frozenset()
    return frozenset(texts(constraint.keys))


def _add_column(relation: Relation, column: Any, statement: Statement, state: State) -> None:
    name = str(column.colname)
    if name not in relation.columns:
        relation.columns.append(name)
    types = texts(column.typeName.names) if column.typeName else ()
    said = {one.contype for one in column.constraints or () if isinstance(one, ast.Constraint)}
    identity = enums.ConstrType.CONSTR_IDENTITY in said
    serial = bool(types) and types[-1] in _SERIAL
    if (said & _NOT_NULL or identity or serial) and not statement.conditional:
        relation.not_null |= {name}
    if identity or serial:
        create((relation.name[0], f"{relation.name[1]}_{name}_seq"), "sequence", statement, state)


def _create_foreign_table(node: Any, statement: Statement, state: State) -> None:
    _create_table(node.base, statement, state, "foreign table")


def _create_view(node: Any, statement: Statement, state: State) -> None:
    name = names.new_relation(node.view, state)
    known = state.relations.get(name)
    if known is not None and known.seen and node.replace:
        view = known
        view.place = statement.place
    else:
        view = create(name, "view", statement, state)
    # Replacing a view replaces its options too: what is not written again is lost.
    view.options = options(node.options)
    view.query = node.query
    view.columns = list(texts(node.aliases)) or output_columns(node.query, state)


def _create_table_as(node: Any, statement: Statement, state: State) -> None:
    _create_from_query(node.into, node.query, _KINDS.get(node.objtype, "table"), node.if_not_exists, statement, state)


def _select(node: Any, statement: Statement, state: State) -> None:
    set_config(node, state)
    if node.intoClause is not None:
        _create_from_query(node.intoClause, node, "table", False, statement, state)


def _create_from_query(
    into: Any, query: Any, kind: str, if_not_exists: bool, statement: Statement, state: State
) -> None:
    name = names.new_relation(into.rel, state)
    if if_not_exists and name in state.relations and state.relations[name].seen:
        return
    relation = create(name, kind, statement, state)
    relation.options = options(into.options)
    relation.columns = list(texts(into.colNames)) or output_columns(query, state)
    relation.query = query if kind == "materialized view" else None


def _create_sequence(node: Any, statement: Statement, state: State) -> None:
    name = names.new_relation(node.sequence, state)
    if not (node.if_not_exists and name in state.relations):
        create(name, "sequence", statement, state)


def _alter_table(node: Any, statement: Statement, state: State) -> None:
    kind = _KINDS.get(node.objtype)
    if kind is None:
        return
    name = names.relation(node.relation, state)
    relation = state.relation(name, statement.place)
    if not relation.seen:
        relation.kind = kind
    for command in node.cmds or ():
        _alter(command, relation, statement, state)


def _alter(command: Any, relation: Relation, statement: Statement, state: State) -> None:
    change = command.subtype
    kinds = enums.AlterTableType
    if change in _SWITCHES:
        attribute, value = _SWITCHES[change]
        if not (value and statement.conditional):
            setattr(relation, attribute, value)
    elif change == kinds.AT_AddColumn:
        _add_column(relation, command.def_, statement, state)
    elif change == kinds.AT_DropColumn:
        relation.not_null -= {command.name}
        if command.name in relation.columns and not statement.conditional:
            relation.columns.remove(command.name)
    elif change == kinds.AT_DropNotNull:
        relation.not_null -= {command.name}
    elif change == kinds.AT_SetNotNull and not statement.conditional:
        relation.not_null |= {command.name}
    elif change == kinds.AT_AddConstraint and not statement.conditional:
        relation.not_null |= _never_null(command.def_)
    elif change == kinds.AT_ChangeOwner:
        relation.owner = names.role(command.newowner, state)
    elif change == kinds.AT_SetRelOptions:
        _set_options(relation, options(command.def_), statement)
    elif change == kinds.AT_ReplaceRelOptions:
        relation.options = options(command.def_)
    elif change == kinds.AT_ResetRelOptions:
        for option in command.def_ or ():
            relation.options.pop(str(option.defname).lower(), None)
    elif change == kinds.AT_AttachPartition:
        child = state.relation(names.relation(command.def_.name, state), statement.place)
        child.parent = relation.name
    elif change == kinds.AT_DetachPartition:
        state.relation(names.relation(command.def_.name, state), statement.place).parent = None
    elif change == kinds.AT_AddInherit:
        relation.parent = names.relation(command.def_, state)
    elif change == kinds.AT_DropInherit:
        relation.parent = None


def _set_options(relation: Relation, changed: dict[str, str], statement: Statement) -> None:
    """Options only ever close (security_invoker, security_barrier) when they become true."""
    for option, value in changed.items():
        if not (statement.conditional and value in ("true", "on", "1", "yes")):
            relation.options[option] = value


def _create_trigger(node: Any, statement: Statement, state: State) -> None:
    relation = state.relation(names.relation(node.relation, state), statement.place)
    relation.triggers[str(node.trigname)] = names.function(node.funcname, state)


HANDLERS = {
    ast.CreateStmt: _create_table,
    ast.CreateForeignTableStmt: _create_foreign_table,
    ast.ViewStmt: _create_view,
    ast.CreateTableAsStmt: _create_table_as,
    ast.SelectStmt: _select,
    ast.CreateSeqStmt: _create_sequence,
    ast.AlterTableStmt: _alter_table,
    ast.CreateTrigStmt: _create_trigger,
}
