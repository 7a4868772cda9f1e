"""What a statement needs to exist before it runs."""

from __future__ import annotations

from typing import Any

from pglast import ast, enums, parse_sql
from pglast.parser import ParseError
from pglast.visitors import Visitor

from rempart.sqltext.definitions import definitions, relation, strings
from rempart.sqltext.objects import ALL, Kind, ObjectName, name_of

_Object = enums.ObjectType
_RELATIONS = {
    _Object.OBJECT_TABLE,
    _Object.OBJECT_VIEW,
    _Object.OBJECT_MATVIEW,
    _Object.OBJECT_SEQUENCE,
    _Object.OBJECT_INDEX,
    _Object.OBJECT_FOREIGN_TABLE,
}
_PARTS_OF_RELATIONS = {
    _Object.OBJECT_COLUMN: None,
    _Object.OBJECT_TABCONSTRAINT: None,
    _Object.OBJECT_RULE: None,
    _Object.OBJECT_TRIGGER: Kind.TRIGGER,
    _Object.OBJECT_POLICY: Kind.POLICY,
}
_FUNCTIONS = {
    _Object.OBJECT_FUNCTION,
    _Object.OBJECT_PROCEDURE,
    _Object.OBJECT_ROUTINE,
    _Object.OBJECT_AGGREGATE,
}
_TYPES = {_Object.OBJECT_TYPE, _Object.OBJECT_DOMAIN}
_SWITCHES = {
    enums.AlterTableType.AT_EnableTrig,
    enums.AlterTableType.AT_EnableAlwaysTrig,
    enums.AlterTableType.AT_EnableReplicaTrig,
    enums.AlterTableType.AT_DisableTrig,
}
_OF_TEXT_SEARCH = {
    _Object.OBJECT_TSCONFIGURATION: Kind.CONFIGURATION,
    _Object.OBJECT_TSDICTIONARY: Kind.DICTIONARY,
}
_FOREIGN = {_Object.OBJECT_FDW: Kind.WRAPPER, _Object.OBJECT_FOREIGN_SERVER: Kind.SERVER}
_CONFIGURED = {
    "to_tsvector", "to_tsquery", "plainto_tsquery", "phraseto_tsquery", "websearch_to_tsquery", "ts_headline",
    "json_to_tsvector", "jsonb_to_tsvector",
}  # fmt: skip
"""Functions that take a text search configuration first, and can do without."""
_SEQUENCE_FUNCTIONS = {"nextval", "currval", "setval"}
_NAMED_BY_TEXT = {
    "regclass": Kind.RELATION,
    "regtype": Kind.TYPE,
    "regproc": Kind.FUNCTION,
    "regprocedure": Kind.FUNCTION,
    "regnamespace": Kind.SCHEMA,
    "regconfig": Kind.CONFIGURATION,
    "regdictionary": Kind.DICTIONARY,
}


def references(node: ast.Node) -> frozenset[ObjectName]:
    """Return the objects a statement needs, the schemas of what it creates included.

    Bodies of functions given as text are not read: Postgres does not read them either before the first call.
    Names without a schema have an empty one: what they mean depends on the search path. DO blocks need
    nothing by name.

    Args:
        node: A parsed statement.
    """
    collector = _Collector()
    collector(node)
    created = definitions(node)
    for name in created:
        if name.schema:
            collector.found.add(ObjectName(Kind.SCHEMA, "", name.schema))
    unqualified = {ObjectName(name.kind, "", name.name) for name in created if name.schema == "public"}
    own = {ObjectName(name.kind, name.schema, name.name) for name in created} | unqualified
    return frozenset(collector.found - own - collector.local)


class _Collector(Visitor):  # type: ignore[misc,unused-ignore]
    """Collects names; `local` are the names of the statement's own common table expressions."""

    def __init__(self) -> None:
        self.found: set[ObjectName] = set()
        self.local: set[ObjectName] = set()

    def _need(self, kind: Kind, parts: tuple[str, ...]) -> None:
        if parts and not (len(parts) > 1 and parts[-2] in ("pg_catalog", "information_schema")):
            self.found.add(name_of(kind, parts))

    def visit_CommonTableExpr(self, _ancestors: Any, node: Any) -> None:
        self.local.add(ObjectName(Kind.RELATION, "", node.ctename))

    def visit_RangeVar(self, _ancestors: Any, node: Any) -> None:
        name = relation(node)
        self._need(Kind.RELATION, (name.schema, name.name) if name.schema else (name.name,))

    def visit_FuncCall(self, _ancestors: Any, node: Any) -> None:
        name = strings(node.funcname)
        self._need(Kind.FUNCTION, name)
        if name[-1] in _SEQUENCE_FUNCTIONS and node.args:
            self._need(Kind.RELATION, _written(node.args[0]))
        elif name[-1] in _CONFIGURED and len(node.args or ()) > 1 and isinstance(node.args[0], ast.A_Const):
            self._need(Kind.CONFIGURATION, _written(node.args[0]))
        elif name[-1] == "ts_lexize" and node.args:
            self._need(Kind.DICTIONARY, _written(node.args[0]))

    def visit_TypeCast(self, _ancestors: Any, node: Any) -> None:
        kind = _NAMED_BY_TEXT.get(strings(node.typeName.names)[-1])
        if kind is not None:
            self._need(kind, _written(node.arg))

    def visit_TypeName(self, ancestors: Any, node: Any) -> None:
        parts = strings(node.names)
        if node.pct_type:
            self._need(Kind.RELATION, parts[:-1])
        elif (define := ancestors.find_nearest(ast.DefineStmt)) is not None:
            if define.node.kind in _OF_TEXT_SEARCH:
                return  # the grammar reads the words of its options as types
            # The grammar reads the functions of an aggregate, operator or type as types.
            self._need(Kind.OBJECT, parts)
        else:
            self._need(Kind.TYPE, parts)

    def visit_ObjectWithArgs(self, ancestors: Any, node: Any) -> None:
        if _names_function(ancestors):
            self._need(Kind.FUNCTION, strings(node.objname))

    def visit_A_Expr(self, _ancestors: Any, node: Any) -> None:
        if len(name := strings(node.name)) > 1:
            self._need(Kind.OPERATOR, name)

    def visit_DefineStmt(self, _ancestors: Any, node: Any) -> None:
        if node.kind == _Object.OBJECT_TSCONFIGURATION:
            for option in node.definition or ():
                if option.defname == "copy" and isinstance(option.arg, ast.TypeName):
                    self._need(Kind.CONFIGURATION, strings(option.arg.names))

    def visit_AlterTSConfigurationStmt(self, _ancestors: Any, node: Any) -> None:
        self._need(Kind.CONFIGURATION, strings(node.cfgname))
        for dictionary in node.dicts or ():
            self._need(Kind.DICTIONARY, strings(dictionary))

    def visit_AlterTSDictionaryStmt(self, _ancestors: Any, node: Any) -> None:
        self._need(Kind.DICTIONARY, strings(node.dictname))

    def visit_CreateForeignServerStmt(self, _ancestors: Any, node: Any) -> None:
        self._need(Kind.WRAPPER, (node.fdwname,))

    def _on_server(self, _ancestors: Any, node: Any) -> None:
        self._need(Kind.SERVER, (node.servername,))

    visit_AlterForeignServerStmt = visit_CreateForeignTableStmt = _on_server
    visit_CreateUserMappingStmt = visit_AlterUserMappingStmt = _on_server

    def visit_CreateTrigStmt(self, _ancestors: Any, node: Any) -> None:
        self._need(Kind.FUNCTION, strings(node.funcname))

    def visit_CreateEventTrigStmt(self, _ancestors: Any, node: Any) -> None:
        self._need(Kind.FUNCTION, strings(node.funcname))

    def visit_AlterTableStmt(self, _ancestors: Any, node: Any) -> None:
        table = relation(node.relation)
        for command in node.cmds or ():
            if command.subtype in _SWITCHES and command.name:
                parts = (table.schema, table.name) if table.schema else (table.name,)
                self.found.add(name_of(Kind.TRIGGER, parts, command.name))

    def visit_AlterEnumStmt(self, _ancestors: Any, node: Any) -> None:
        self._need(Kind.TYPE, strings(node.typeName))

    def visit_AlterDomainStmt(self, _ancestors: Any, node: Any) -> None:
        self._need(Kind.TYPE, strings(node.typeName))

    def visit_DefElem(self, ancestors: Any, node: Any) -> None:
        if node.defname == "owned_by":
            self._need(Kind.RELATION, strings(node.arg)[:-1])
        elif node.defname == "schemas" and _inside(ancestors, ast.AlterDefaultPrivilegesStmt):
            for schema in strings(node.arg):
                self._need(Kind.SCHEMA, (schema,))

    def visit_GrantStmt(self, _ancestors: Any, node: Any) -> None:
        everything = node.targtype == enums.GrantTargetType.ACL_TARGET_ALL_IN_SCHEMA
        for item in node.objects or ():
            if everything:
                kind = Kind.FUNCTION if node.objtype in _FUNCTIONS else Kind.RELATION
                for schema in strings(item):
                    self._need(Kind.SCHEMA, (schema,))
                    self._need(kind, (schema, ALL))
            elif node.objtype == _Object.OBJECT_SCHEMA:
                self._need(Kind.SCHEMA, strings(item))
            elif node.objtype in _TYPES:
                self._need(Kind.TYPE, strings(item))
            elif node.objtype in _FOREIGN:
                self._need(_FOREIGN[node.objtype], strings(item))

    def visit_CommentStmt(self, _ancestors: Any, node: Any) -> None:
        self._named(node.objtype, node.object)

    def visit_SecLabelStmt(self, _ancestors: Any, node: Any) -> None:
        self._named(node.objtype, node.object)

    def visit_AlterOwnerStmt(self, _ancestors: Any, node: Any) -> None:
        self._named(node.objectType, node.object)

    def _named(self, kind: Any, written: Any) -> None:
        """Add an object that is named by a kind and a list of texts."""
        parts = strings(written)
        if kind == _Object.OBJECT_SCHEMA:
            self._need(Kind.SCHEMA, parts)
        elif kind in _OF_TEXT_SEARCH or kind in _FOREIGN:
            self._need((_OF_TEXT_SEARCH | _FOREIGN)[kind], parts)
        elif kind in _RELATIONS:
            self._need(Kind.RELATION, parts)
        elif kind in _PARTS_OF_RELATIONS and len(parts) > 1:
            self._need(Kind.RELATION, parts[:-1])
            part = _PARTS_OF_RELATIONS[kind]
            if part is not None:
                self.found.add(name_of(part, parts[:-1], parts[-1]))


def _inside(ancestors: Any, kind: type[ast.Node]) -> bool:
    return ancestors.find_nearest(kind) is not None


def _names_function(ancestors: Any) -> bool:
    """Tell whether the object with arguments right below these ancestors is a function, not an operator."""
    match abs(ancestors).node:
        case ast.GrantStmt(objtype=kind) | ast.CommentStmt(objtype=kind) | ast.SecLabelStmt(objtype=kind):
            return kind in _FUNCTIONS
        case ast.AlterOwnerStmt(objectType=kind) | ast.AlterObjectSchemaStmt(objectType=kind):
            return kind in _FUNCTIONS
        case ast.AlterObjectDependsStmt(objectType=kind) | ast.RenameStmt(renameType=kind):
            return kind in _FUNCTIONS
        case ast.AlterFunctionStmt() | ast.CreateCastStmt() | ast.CreateTransformStmt():
            return True
    return False


def _written(node: Any) -> tuple[str, ...]:
    """Return the parts of a name given as a text constant, as in `'public.t'::regclass`; else nothing."""
    while isinstance(node, ast.TypeCast):
        node = node.arg
    match node:
        case ast.A_Const(val=ast.String(sval=str(text))):
            return _parts(text)
    return ()


def _parts(text: str) -> tuple[str, ...]:
    try:
        statements = parse_sql(f"select null::{text}")
    except ParseError:
        return ()
    match statements[0].stmt:
        case ast.SelectStmt(targetList=(ast.ResTarget(val=ast.TypeCast(typeName=ast.TypeName() as written)),)):
            return strings(written.names)
    return ()
