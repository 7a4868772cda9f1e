"""What a revision creates, and whether a statement of it concerns only that: then nobody waits for it or misses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from pglast import ast

from rempart.sqltext.parse import Parsed, parse
from rempart.sqltext.positioned import PositionedText
from rempart.sqltext.walk import texts

_Name = tuple[str, ...]
_OF_A_RELATION = (ast.AlterTableStmt, ast.RenameStmt, ast.IndexStmt, ast.ReindexStmt, ast.AlterObjectSchemaStmt)


class RevisionObjects:
    """The statements of a revision, asked about what they create and concern.

    Args:
        revision: Its texts, in order.
    """

    def __init__(self, revision: Sequence[PositionedText]) -> None:
        self._texts = revision

    def is_own(self, piece: int, at: int) -> bool:
        """Whether a statement concerns only objects that statements before it created.

        Args:
            piece: Number of its text.
            at: Index in that text of a character of it.
        """
        number = self._statement(piece, at)
        if number is None:
            return False
        created = [name for one in self._statements[:number] for name in _created(one[1].node)]
        return _all_among(_concerned(self._statements[number][1].node), created)

    def is_recreated(self, piece: int, at: int) -> bool:
        """Whether everything that a DROP takes away is created again after it, under the same name.

        Args:
            piece: Number of the text of the DROP.
            at: Index in that text of a character of it.
        """
        number = self._statement(piece, at)
        if number is None or not isinstance(self._statements[number][1].node, ast.DropStmt):
            return False
        created = [name for one in self._statements[number + 1 :] for name in _created(one[1].node)]
        return _all_among(_concerned(self._statements[number][1].node), created)

    @cached_property
    def _statements(self) -> list[tuple[int, Parsed]]:
        return [(number, one) for number, text in enumerate(self._texts) for one in parse(text).statements]

    def _statement(self, piece: int, at: int) -> int | None:
        for number, (text, one) in enumerate(self._statements):
            if text == piece and one.start <= at <= one.end:
                return number
        return None


def _all_among(names: Iterable[_Name], created: Sequence[_Name]) -> bool:
    wanted = list(names)
    return bool(wanted) and all(any(_same(name, other) for other in created) for name in wanted)


def _same(one: _Name, other: _Name) -> bool:
    """Whether two names may mean the same; a schema that is left out is taken to be that of the other."""
    return all(a == b for a, b in zip(reversed(one), reversed(other), strict=False))


def _created(node: Any) -> Iterator[_Name]:
    kind = type(node)
    if kind in (ast.CreateStmt, ast.CreateForeignTableStmt):
        yield _relation(node.relation if kind is ast.CreateStmt else node.base.relation)
    elif kind is ast.ViewStmt:
        yield _relation(node.view)
    elif kind is ast.CreateTableAsStmt:
        yield _relation(node.into.rel)
    elif kind is ast.CreateSeqStmt:
        yield _relation(node.sequence)
    elif kind is ast.CreateFunctionStmt:
        yield texts(node.funcname)
    elif kind is ast.CreateSchemaStmt:
        yield (str(node.schemaname),)
    elif kind is ast.CreateDomainStmt:
        yield texts(node.domainname)
    elif kind in (ast.CreateEnumStmt, ast.CreateRangeStmt):
        yield texts(node.typeName)
    elif kind is ast.CompositeTypeStmt:
        yield _relation(node.typevar)
    elif kind is ast.IndexStmt and node.idxname:
        schema = node.relation.schemaname
        yield (str(schema), str(node.idxname)) if schema else (str(node.idxname),)


def _concerned(node: Any) -> Iterator[_Name]:
    kind = type(node)
    if kind is ast.DropStmt:
        for written in node.objects or ():
            names = getattr(written, "objname", None) or getattr(written, "names", None) or written
            yield texts(names)
    elif kind is ast.AlterDomainStmt:
        yield texts(node.typeName)
    elif kind in _OF_A_RELATION and node.relation is not None:
        yield _relation(node.relation)


def _relation(node: Any) -> _Name:
    return (str(node.schemaname), str(node.relname)) if node.schemaname else (str(node.relname),)
