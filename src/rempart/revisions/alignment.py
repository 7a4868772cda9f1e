"""Finding SQL in the string literal it was made of: exactly, or with its white space or placeholders changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rempart.revisions.literals import Hole, Part, Value

_INDENTED_LINE = re.compile(r"\n[ \t]*")
_END = r"\s*;?\s*\Z"
_SHORTEST_TEMPLATE = 8


def align(sql: str, parts: Sequence[Part]) -> Sequence[int] | None:
    """Where each character of a SQL text stands, if a literal gave it.

    The literal may have lost or gained white space at its ends and at the beginning of its lines (strip, dedent),
    and may have got a semicolon.

    Args:
        sql: The text.
        parts: Of the literal.

    Returns:
        Index in the file of each character and of what follows; None when the literal is not what the text was made of.
    """
    if len(parts) == 1 and isinstance(parts[0], Value):
        whole = parts[0]
        if whole.text == sql:
            return whole.origins
        core = sql.strip()
        core = core if core in whole.text else core.removesuffix(";").rstrip()
        at = whole.text.find(core) if core else -1
        if at >= 0 and not whole.text[:at].strip() and not whole.text[at + len(core) :].strip():
            return _padded(sql, core, whole.origins[at : at + len(core) + 1])
    return _by_lines(sql, parts)


def _padded(sql: str, core: str, origins: Sequence[int]) -> Sequence[int]:
    """Origins of a text whose inner part has origins: what stands around it gets those of its ends."""
    if sql == core:
        return origins
    before = sql.find(core)
    after = len(sql) - before - len(core)
    return [*[origins[0]] * before, *origins, *[origins[-1]] * after]


@dataclass
class _Block:
    """What stands between two placeholders: lines, the white space at whose beginning is free."""

    pattern: str = ""
    lines: list[Sequence[int]] = field(default_factory=list)


def _by_lines(sql: str, parts: Sequence[Part]) -> list[int] | None:
    """Match from left to right: the first place a block fits leaves the most room for those behind it."""
    known = "".join(part.text for part in parts if isinstance(part, Value)).strip()
    if not known or (len(known) < _SHORTEST_TEMPLATE and len(parts) > 1):
        return None
    origins: list[int] = []
    at, origin, blocks = 0, 0, _blocks(parts)
    hole: int | None = None
    for number, block in enumerate(blocks):
        pattern = block.pattern + (_END if number == len(blocks) - 1 else "")
        found = re.compile(pattern).match(sql) if number == 0 else re.compile(pattern).search(sql, at)
        if found is None:
            return None
        for group, line in enumerate(block.lines, start=1):
            start, end = found.span(group)
            # White space belongs to what follows it, and what a placeholder gave to the placeholder.
            origins.extend([line[0] if hole is None else hole] * (start - len(origins)))
            hole = line[0] if len(line) == 1 else None
            origins.extend(line[: end - start])
            origin = line[end - start]
        at = found.end()
    return origins + [origin] * (len(sql) + 1 - len(origins))


def _blocks(parts: Sequence[Part]) -> list[_Block]:
    blocks = [_Block(r"\s*")]
    for part in parts:
        if isinstance(part, Hole):
            blocks[-1].pattern += "()"
            blocks[-1].lines.append([part.origin])
            blocks.append(_Block())
            continue
        start = 0
        for indent in _INDENTED_LINE.finditer(part.text):
            _add_line(blocks[-1], part, start, indent.start())
            blocks[-1].pattern += r"\s*" if len(blocks) == 1 and not blocks[0].lines else r"\s*?\n[ \t]*"
            start = indent.end()
        _add_line(blocks[-1], part, start, len(part.text))
    last = blocks[-1]
    while last.pattern.endswith(r"\s*?\n[ \t]*"):
        last.pattern = last.pattern.removesuffix(r"\s*?\n[ \t]*")
    return blocks


def _add_line(block: _Block, part: Value, start: int, end: int) -> None:
    line = part.text[start:end].rstrip()
    if not block.lines and block.pattern.startswith(r"\s"):
        start += len(line) - len(line.lstrip())
        line = line.lstrip()
    if line:
        block.pattern += f"({re.escape(line)})" + r"[ \t]*"
        block.lines.append(part.origins[start : start + len(line) + 1])
