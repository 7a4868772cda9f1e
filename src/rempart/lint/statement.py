"""A statement as rules see it: its parse tree, where it stands, and how it is run."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rempart.records import record
from rempart.sqltext.positioned import Place, PositionedText

if TYPE_CHECKING:
    from rempart.sqltext.bodies import Body


class Direction(StrEnum):
    """What the statement belongs to."""

    FILE = "file"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"


class Origin(StrEnum):
    """How it comes to run."""

    WRITTEN = "written"
    """It stands in the file as a statement."""
    BLOCK = "block"
    """It stands in a DO block, and runs when the block does."""
    EXECUTE = "execute"
    """It is the constant text of an EXECUTE in a DO block."""
    FUNCTION = "function"
    """It stands in the body of a function, and runs when that is called. The state does not take it in."""


@record(frozen=True)
class Statement:
    """A parsed statement.

    Attributes:
        node: The parse tree; its locations are indexes into `text.text`.
        text: The text it was parsed from.
        start: Index of its first character in `text.text`, comments before it left out.
        end: Index after its last character.
        direction: What it belongs to.
        origin: How it comes to run.
        unit: The file or revision, for messages.
        function: For Origin.FUNCTION: the qualified name of the function.
        conditional: Whether it may not run: it stands under an IF, in a loop or in an exception handler. The state
            takes it in when it opens something, not when it closes.
    """

    node: Any
    text: PositionedText
    start: int
    end: int
    direction: Direction = Direction.FILE
    origin: Origin = Origin.WRITTEN
    unit: str = ""
    function: str = ""
    conditional: bool = False

    @property
    def place(self) -> Place:
        """Where it starts."""
        return self.text.place(self.start)

    def place_of(self, node: Any) -> Place:
        """Where a node of its tree stands; the statement's own place when the parser does not tell.

        Args:
            node: A node below `node`.
        """
        at = getattr(node, "location", None)
        return self.text.place(at) if at is not None and at >= 0 else self.place

    @cached_property
    def body(self) -> Body | None:
        """What stands in the body of a DO block or function; None for other statements and other languages."""
        from rempart.sqltext.bodies import body_of

        return body_of(self.node, self.text)

    @property
    def sql(self) -> str:
        """Its text."""
        return self.text.text[self.start : self.end]
