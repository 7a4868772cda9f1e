"""What commands need of a terminal; rich is loaded only where it is used, for the fast commands go without."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pathlib import Path


def has_colours(stream: TextIO) -> bool:
    """Whether to write colours: to a terminal, and not when NO_COLOR forbids them.

    Args:
        stream: Standard output or standard error.
    """
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def shown(path: Path) -> str:
    """A path for people: from the current folder on, when it lies there.

    Args:
        path: The path.
    """
    from pathlib import Path

    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def complain(message: str, next_step: str, stream: TextIO) -> None:
    """Write an error the way all commands do.

    Args:
        message: What happened.
        next_step: What the user can do; empty for nothing.
        stream: Standard error.
    """
    colours = has_colours(stream)

    def painted(code: str, text: str) -> str:
        return f"\x1b[1;{code}m{text}\x1b[0m" if colours else text

    stream.write(f"{painted('31', 'error: ')}{message}\n")
    if next_step:
        stream.write(f"{painted('36', 'next: ')}{next_step}\n")


def print_lines(lines: Iterable[tuple[str, str]]) -> None:
    """Print lines, each in its style on a terminal.

    Args:
        lines: Each line and its style.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    for line, style in lines:
        console.print(Text(line, style))
