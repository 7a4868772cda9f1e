"""What a long command is doing: a spinner on a terminal, silence in a log; notes are shown in both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Two ways to tell something on stderr.

    Attributes:
        step: What is being done now; the next one replaces it.
        note: Something that stays.
        pause: Keeps the terminal free for a question while a block runs.
    """

    step: Callable[[str], None]
    note: Callable[[str], None]
    pause: Callable[[], AbstractContextManager[None]] = nullcontext


@contextmanager
def progress() -> Iterator[Progress]:
    """Show what is being done while the block runs; a step only if stderr is a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True, highlight=False)

    def note(message: str) -> None:
        console.print(Text.assemble(("note: ", "bold yellow"), message))

    if not console.is_terminal:
        yield Progress(lambda _message: None, note)
        return
    with console.status(Text("starting")) as status:

        @contextmanager
        def pause() -> Iterator[None]:
            status.stop()
            try:
                yield
            finally:
                status.start()

        yield Progress(lambda message: status.update(Text(message)), note, pause)
