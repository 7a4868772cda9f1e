"""What the columns of an expression with sub-selects belong to.

A name without qualification means the innermost query that has such a column, as in Postgres. Where the columns of a
table are not known, the answer may be that nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from pglast import ast

from rempart.sqltext.walk import below, column, texts

ColumnsOf = Callable[[str | None, str], frozenset[str] | None]
"""Columns of a relation by schema (None when not written) and name; None when they are not known."""
WithQueries = Mapping[str, frozenset[str] | None]
"""Columns of WITH queries by name; None when they are not known."""


class Source(NamedTuple):
    """Something columns come from: an item of a FROM clause, or the table a policy stands on.

    Attributes:
        alias: The name its columns are qualified with.
        schema: Schema, when it is a relation named with one.
        relation: Name of the relation; empty for a sub-select, a function or a WITH query.
        columns: Names of its columns; None when they are not known.
    """

    alias: str
    schema: str | None
    relation: str
    columns: frozenset[str] | None

    def may_have(self, name: str) -> bool:
        """Whether it has a column of a name, as far as is known."""
        return self.columns is None or name in self.columns


class Scope(NamedTuple):
    """The FROM items of one query.

    Attributes:
        sources: What its columns come from.
        with_queries: The WITH queries that can be named in it, with their columns; None where those are not known.
    """

    sources: tuple[Source, ...]
    with_queries: WithQueries = MappingProxyType({})

    def holder(self, parts: tuple[str, ...]) -> Source | None:
        """The source a column belongs to if it belongs to this query.

        Args:
            parts: Parts of a column reference.
        """
        if len(parts) > 1:
            for source in self.sources:
                if source.alias == parts[-2] and (len(parts) < 3 or source.schema in (None, parts[-3])):
                    return source
            return None
        for source in self.sources:
            if source.columns is not None and parts[0] in source.columns:
                return source
        # The name of a source alone is its whole row.
        return next((source for source in self.sources if source.alias == parts[0]), None)

    def knows_all(self) -> bool:
        """Whether the columns of all its sources are known."""
        return all(source.columns is not None for source in self.sources)


Chain = tuple[Scope, ...]
"""The queries around a node, the outermost first."""


class Owner(NamedTuple):
    """What a column belongs to.

    Attributes:
        depth: Index of the scope in the chain.
        source: The source; None when it is one of the scope's, but not known which.
    """

    depth: int
    source: Source | None


def owner(parts: tuple[str, ...], chain: Chain) -> Owner | None:
    """What a column belongs to; None when that cannot be told.

    Args:
        parts: Parts of a column reference.
        chain: The queries around it.
    """
    for depth in range(len(chain) - 1, -1, -1):
        scope = chain[depth]
        source = scope.holder(parts)
        if source is not None:
            return Owner(depth, source)
        if len(parts) == 1 and not scope.knows_all():
            return Owner(depth, scope.sources[0]) if depth == 0 and len(scope.sources) == 1 else None
    return None


class Placed(NamedTuple):
    """A node of an expression with what surrounds it.

    Attributes:
        node: The node.
        chain: The queries around it.
        sublinks: The SubLinks around it, the outermost first.
    """

    node: Any
    chain: Chain
    sublinks: tuple[Any, ...]


def placed(root: Any, table: Source, columns_of: ColumnsOf) -> Iterator[Placed]:
    """The nodes of an expression over the rows of a table, parents before children.

    Args:
        root: The expression, or None.
        table: The table.
        columns_of: Knows other relations.
    """
    if root is None:
        return
    yield from _walk(Placed(root, (Scope((table,)),), ()), columns_of)


def _walk(start: Placed, columns_of: ColumnsOf) -> Iterator[Placed]:
    stack = [start]
    while stack:
        here = stack.pop()
        if isinstance(here.node, ast.SelectStmt) and _has_scope(here.node):
            known = _with_queries(here)
            sources = tuple(_sources(here.node.fromClause, columns_of, known))
            here = Placed(here.node, (*here.chain, Scope(sources, known)), here.sublinks)
        yield here
        stack.extend(_below(here))


def _below(here: Placed) -> list[Placed]:
    """The nodes below a node, the last one first."""
    node, chain, sublinks = here
    kind = type(node)
    if kind is ast.SubLink:
        inside = [Placed(node.subselect, chain, (*sublinks, node))] if node.subselect is not None else []
        return [*inside, Placed(node.testexpr, chain, sublinks)] if node.testexpr is not None else inside
    if kind is ast.RangeSubselect and not node.lateral:
        # Its neighbours in the FROM clause are not visible to it.
        return [Placed(node.subquery, chain[:-1], sublinks)]
    if kind is ast.WithClause and len(chain) > 1:
        chain = chain[:-1]
    return [Placed(child, chain, sublinks) for child in below(node)]


def _has_scope(query: Any) -> bool:
    """Whether a query adds names to those around it. One that does not is passed through, however deep they nest."""
    return query.fromClause is not None or query.withClause is not None


def _with_queries(here: Placed) -> WithQueries:
    """The WITH queries that can be named in a query: its own, and those around it."""
    around = here.chain[-1].with_queries
    if here.node.withClause is None:
        return around
    return {
        **around,
        **{
            str(table.ctename): frozenset(texts(table.aliascolnames)) or output_names(table.ctequery)
            for table in here.node.withClause.ctes or ()
        },
    }


def _sources(items: Any, columns_of: ColumnsOf, with_queries: WithQueries) -> Iterator[Source]:
    for item in items or ():
        alias = item.alias.aliasname if getattr(item, "alias", None) is not None else None
        if isinstance(item, ast.JoinExpr):
            yield from _sources((item.larg, item.rarg), columns_of, with_queries)
        elif isinstance(item, ast.RangeVar):
            name, schema = str(item.relname), item.schemaname or None
            is_with_query = schema is None and name in with_queries
            columns = with_queries[name] if is_with_query else columns_of(schema, name)
            yield Source(alias or name, schema, "" if is_with_query else name, columns)
        elif isinstance(item, ast.RangeSubselect):
            renamed = frozenset(texts(item.alias.colnames)) if item.alias is not None else frozenset()
            yield Source(alias or "", None, "", renamed or output_names(item.subquery))
        elif isinstance(item, ast.RangeFunction):
            renamed = frozenset(texts(item.alias.colnames)) if item.alias is not None else frozenset()
            yield Source(alias or "", None, "", renamed or (frozenset({alias}) if alias else None))
        elif isinstance(item, ast.RangeTableSample):
            yield from _sources((item.relation,), columns_of, with_queries)
        else:
            yield Source("", None, "", None)


def output_names(query: Any) -> frozenset[str] | None:
    """Names of the columns a query gives; None when they cannot be told.

    Args:
        query: A query's parse tree.
    """
    while isinstance(query, ast.SelectStmt) and query.larg is not None:
        query = query.larg
    if not isinstance(query, ast.SelectStmt) or query.valuesLists:
        return None
    names = set()
    for target in query.targetList or ():
        parts = column(target.val)
        if target.name:
            names.add(str(target.name))
        elif parts:
            names.add(parts[-1])
        elif isinstance(target.val, ast.FuncCall):
            names.add(texts(target.val.funcname)[-1])
        else:
            return None
    return frozenset(names)


def correlated(everything: list[Placed]) -> dict[int, set[int]]:
    """The sub-selects that depend on a query around them.

    Columns of which cannot be told where they belong count as the sub-select's own.

    Args:
        everything: What `placed` gave for an expression.

    Returns:
        For each such SubLink, by its `id`, the columns inside of it that belong outside, by theirs.
    """
    depths = {id(here.node): len(here.chain) for here in everything if isinstance(here.node, ast.SubLink)}
    found: dict[int, set[int]] = {}
    for here in everything:
        parts = column(here.node) if here.sublinks else ()
        held = owner(parts, here.chain) if parts else None
        if held is not None:
            for sublink in here.sublinks:
                if held.depth < depths[id(sublink)]:
                    found.setdefault(id(sublink), set()).add(id(here.node))
    return found
