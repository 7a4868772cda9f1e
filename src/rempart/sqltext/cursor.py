"""A place in a list of tokens, and the ways to move on from it."""

from __future__ import annotations

from rempart.sqltext.tokens import Token

OPENING, CLOSING = frozenset("(["), frozenset(")]")


class LostError(Exception):
    """What comes next is not what must come next."""


class Cursor:
    """Reads tokens one by one."""

    def __init__(self, text: str, found: list[Token]) -> None:
        """Begin at the first token.

        Args:
            text: The text that the tokens stand in.
            found: Its tokens.
        """
        self.text, self.tokens, self.at = text, found, 0

    def peek(self, ahead: int = 0) -> Token | None:
        """The next token, or one further on; None behind the end."""
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def word(self, ahead: int = 0) -> str:
        """The word or mark of the next token, or of one further on; empty for what is quoted, and behind the end."""
        index = self.at + ahead
        return self.tokens[index].word if index < len(self.tokens) else ""

    def take(self, *words: str) -> bool:
        """Move over the next token when it is one of some words; tell whether it was."""
        if self.word() in words:
            self.at += 1
            return True
        return False

    def expect(self, word: str) -> None:
        """Move over the next token, which must be this word."""
        if not self.take(word):
            raise LostError

    def start(self) -> int:
        """Index where the next token begins; the end of the text behind the last."""
        token = self.peek()
        return token.start if token else len(self.text)

    def previous_end(self) -> int:
        """Index after the token that was moved over last."""
        return self.tokens[self.at - 1].end if self.at else 0

    def until(self, *words: str) -> int:
        """Move to the first of some words outside of parentheses and CASE; return the end of what lies before."""
        nested = cases = 0
        while (token := self.peek()) is not None:
            word = token.word
            if not nested and not cases and word in words:
                return self.previous_end()
            if word == ";":
                break
            if word in OPENING:
                nested += 1
            elif word in CLOSING:
                nested -= 1
            elif word == "case":
                cases += 1
            elif word == "end" and cases:
                cases -= 1
            self.at += 1
        raise LostError
