"""Text search: dictionaries, and the configurations that look words up in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rempart.catalog.model import CatalogObject
from rempart.catalog.statement import qualified, raw, statement

# As serialize_deflist in tsearchcmds.c writes them.
_OPTION = re.compile(r"""("(?:[^"]|"")+"|[^\s=",]+) = (E?'(?:[^']|'')*'|[^\s,]+)""")


class _TextSearch(CatalogObject):
    __slots__ = ()

    def drop(self) -> list[str]:
        """See `CatalogObject.drop`."""
        return [f"drop {self.target()}"]

    def target(self) -> str | None:
        """See `CatalogObject.target`."""
        return statement("{} {}", raw(self.kind), qualified(self.schema, self.name))


@dataclass(frozen=True, slots=True)
class TextSearchDictionary(_TextSearch):
    """A text search dictionary.

    Attributes:
        template: Its template, quoted.
        options: What the template is told, as SQL, in the order in which it is kept.
    """

    template: str
    options: str

    kind: ClassVar[str] = "text search dictionary"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        options = f", {self.options}" if self.options else ""
        return [f"create {self.target()} (template = {self.template}{options})"]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, TextSearchDictionary)
        if self.template != after.template:
            return None
        if self.options == after.options:
            return []
        # Each option that is set moves to the end: setting all of them leaves them in the order they are to have.
        new = {found[1]: found[0] for found in _OPTION.finditer(after.options)}
        gone = [found[1] for found in _OPTION.finditer(self.options) if found[1] not in new]
        return [f"alter {self.target()} ({', '.join([*gone, *new.values()])})"]


@dataclass(frozen=True, slots=True)
class TextSearchConfiguration(_TextSearch):
    """A text search configuration.

    Attributes:
        parser: What cuts a text into tokens, quoted.
        mappings: For each kind of token its dictionaries, as SQL.
    """

    parser: str
    mappings: tuple[tuple[str, str], ...]

    kind: ClassVar[str] = "text search configuration"

    def create(self) -> list[str]:
        """See `CatalogObject.create`."""
        return [f"create {self.target()} (parser = {self.parser})", *self._mapped("add", self.mappings)]

    def alter(self, after: CatalogObject) -> list[str] | None:
        """See `CatalogObject.alter`."""
        assert isinstance(after, TextSearchConfiguration)
        if self.parser != after.parser:
            return None
        old, new = ({token for token, _ in one.mappings} for one in (self, after))
        found = []
        if gone := [token for token, _ in self.mappings if token not in new]:
            found.append(self._mapping("drop", gone))
        changed = [entry for entry in after.mappings if entry[0] in old and entry not in self.mappings]
        added = [entry for entry in after.mappings if entry[0] not in old]
        return found + self._mapped("alter", changed) + self._mapped("add", added)

    def _mapped(self, word: str, mappings: Iterable[tuple[str, str]]) -> list[str]:
        """The SQL that maps tokens, those with the same dictionaries at once."""
        tokens: dict[str, list[str]] = {}
        for token, dictionaries in mappings:
            tokens.setdefault(dictionaries, []).append(token)
        return [f"{self._mapping(word, names)} with {dictionaries}" for dictionaries, names in tokens.items()]

    def _mapping(self, word: str, tokens: Iterable[str]) -> str:
        return f"alter {self.target()} {word} mapping for {', '.join(statement('{}', token) for token in tokens)}"
