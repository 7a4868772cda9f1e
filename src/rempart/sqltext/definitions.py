"""What a statement creates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast, enums

from rempart.sqltext.objects import WITHOUT_SCHEMA, Kind, ObjectName, name_of

_SERIAL = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"}
_BY_INDEX = {
    enums.ConstrType.CONSTR_PRIMARY,
    enums.ConstrType.CONSTR_UNIQUE,
    enums.ConstrType.CONSTR_EXCLUSION,
}
_RETURNED = {
    enums.FunctionParameterMode.FUNC_PARAM_OUT,
    enums.FunctionParameterMode.FUNC_PARAM_TABLE,
}
_SEARCHED_FIRST = "public"
_SIDES = ("leftarg", "rightarg")


def definitions(node: ast.Node, schema: str = _SEARCHED_FIRST) -> frozenset[ObjectName]:
    """Return the objects a statement creates, with the indexes and sequences that come along.

    Args:
        node: A parsed statement.
        schema: The schema that receives what the statement does not qualify.
    """
    return frozenset(
        ObjectName(found.kind, found.schema, found.name, found.detail)
        if found.schema or found.kind in WITHOUT_SCHEMA
        else ObjectName(found.kind, schema, found.name, found.detail)
        for found in _created(node)
    )


def strings(parts: Any) -> tuple[str, ...]:
    """Return the texts of a list of name parts of the parse tree.

    Args:
        parts: A tuple of String nodes, or one of them, or None.
    """
    if parts is None:
        return ()
    if isinstance(parts, ast.String):
        return (str(parts.sval),)
    return tuple(str(part.sval) for part in parts if isinstance(part, ast.String))


def relation(name: Any) -> ObjectName:
    """Return the name of a table, view or the like.

    Args:
        name: The RangeVar of the parse tree.
    """
    return ObjectName(Kind.RELATION, name.schemaname or "", str(name.relname))


def _created(node: Any) -> Iterator[ObjectName]:
    match node:
        case ast.CreateSchemaStmt():
            yield ObjectName(Kind.SCHEMA, "", str(node.schemaname))
            for element in node.schemaElts or ():
                yield from definitions(element, str(node.schemaname))
        case ast.CreateForeignTableStmt():
            yield from _created(node.base)
        case ast.CreateStmt():
            yield from _table(node)
        case ast.ViewStmt():
            yield relation(node.view)
        case ast.CreateTableAsStmt():
            into: Any = node.into
            yield relation(into.rel)
        case ast.CreateSeqStmt():
            yield relation(node.sequence)
        case ast.CompositeTypeStmt():
            yield relation(node.typevar)
        case ast.IndexStmt(idxname=str(index)):
            yield ObjectName(Kind.RELATION, _schema(node.relation), index)
        case ast.CreateEnumStmt() | ast.CreateRangeStmt():
            yield name_of(Kind.TYPE, strings(node.typeName))
        case ast.CreateDomainStmt():
            yield name_of(Kind.TYPE, strings(node.domainname))
        case ast.CreateFunctionStmt():
            yield name_of(Kind.FUNCTION, strings(node.funcname), _signature(node.parameters))
        case ast.DefineStmt(kind=enums.ObjectType.OBJECT_AGGREGATE):
            arguments = node.args[0] if node.args else ()
            yield name_of(Kind.FUNCTION, strings(node.defnames), _signature(arguments))
        case ast.DefineStmt(kind=enums.ObjectType.OBJECT_TYPE):
            yield name_of(Kind.TYPE, strings(node.defnames))
        case ast.DefineStmt(kind=enums.ObjectType.OBJECT_OPERATOR):
            yield name_of(Kind.OPERATOR, strings(node.defnames), _operands(node.definition))
        case ast.DefineStmt(kind=enums.ObjectType.OBJECT_TSCONFIGURATION):
            yield name_of(Kind.CONFIGURATION, strings(node.defnames))
        case ast.DefineStmt(kind=enums.ObjectType.OBJECT_TSDICTIONARY):
            yield name_of(Kind.DICTIONARY, strings(node.defnames))
        case ast.CreateFdwStmt():
            yield ObjectName(Kind.WRAPPER, "", str(node.fdwname))
        case ast.CreateForeignServerStmt():
            yield ObjectName(Kind.SERVER, "", str(node.servername))
        case ast.CreateTrigStmt():
            yield _on_table(Kind.TRIGGER, node.relation, node.trigname)
        case ast.CreatePolicyStmt():
            yield _on_table(Kind.POLICY, node.table, node.policy_name)
        case ast.AlterTableStmt():
            for command in node.cmds or ():
                if isinstance(command.def_, ast.Constraint):
                    yield from _index_of_key(node.relation, command.def_)
                elif isinstance(command.def_, ast.ColumnDef):
                    yield from _column(node.relation, command.def_)


def _table(node: ast.CreateStmt) -> Iterator[ObjectName]:
    yield relation(node.relation)
    for element in node.tableElts or ():
        if isinstance(element, ast.Constraint):
            yield from _index_of_key(node.relation, element)
        elif isinstance(element, ast.ColumnDef):
            yield from _column(node.relation, element)


def _column(table: Any, column: ast.ColumnDef) -> Iterator[ObjectName]:
    named = strings(column.typeName.names) if column.typeName else ()
    identity = False
    for constraint in column.constraints or ():
        if isinstance(constraint, ast.Constraint):
            identity = identity or constraint.contype == enums.ConstrType.CONSTR_IDENTITY
            yield from _index_of_key(table, constraint)
    if identity or (named and named[-1] in _SERIAL):
        yield ObjectName(Kind.RELATION, _schema(table), f"{table.relname}_{column.colname}_seq")


def _index_of_key(table: Any, constraint: ast.Constraint) -> Iterator[ObjectName]:
    if constraint.contype not in _BY_INDEX or constraint.indexname:
        return
    name = constraint.conname
    if name is None and constraint.contype == enums.ConstrType.CONSTR_PRIMARY:
        name = f"{table.relname}_pkey"
    if name is not None:
        yield ObjectName(Kind.RELATION, _schema(table), name)


def _schema(table: Any) -> str:
    return table.schemaname or ""


def _on_table(kind: Kind, table: Any, name: Any) -> ObjectName:
    return ObjectName(kind, _schema(table), str(table.relname), str(name))


def _operands(options: Any) -> str:
    types = {option.defname: _type(option.arg) for option in options or () if option.defname in _SIDES}
    return f"({', '.join(types.get(side, 'none') for side in _SIDES)})"


def _signature(parameters: Any) -> str:
    taken = [item for item in parameters or () if item.mode not in _RETURNED]
    return f"({', '.join(_type(item.argType) for item in taken)})"


def _type(written: Any) -> str:
    parts = strings(written.names)
    if len(parts) > 1 and parts[0] == "pg_catalog":
        parts = parts[1:]
    return ".".join(parts) + "%type" * bool(written.pct_type) + "[]" * bool(written.arrayBounds)
