"""Where the command ``rempart`` starts: straight into the linter, or into the application with all commands.

Loading typer and rich takes longer than linting a file.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence

from rempart.errors import BROKEN_PIPE, DEBUG_VARIABLE, INTERRUPTED, UNEXPECTED, RempartError

_LINT = "lint"


def main() -> None:
    """Run the command line; ends the process with the exit code of the command."""
    if sys.argv[1:2] == [_LINT]:
        # Parse trees and modules hold a great many objects that live to the end, and no cycles to speak of.
        gc.disable()
        from rempart.cli.lint import run

        sys.exit(guarded(run, sys.argv[2:]))
    from rempart.cli.app import main as application

    application()


def guarded(command: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Run a command, and turn what it raises into a message and an exit code.

    Args:
        command: Takes arguments, returns an exit code.
        arguments: For it.
    """
    from rempart.cli.terminal import complain

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = command(arguments)
        sys.stdout.flush()
        return code
    except RempartError as error:
        sys.stdout.flush()
        complain(error.message, error.next_step, sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader has gone; the interpreter must not try to flush the rest at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE) == "1":
            raise
        from rempart.postgres.server import masked

        message = f"unexpected {type(error).__name__}: {masked(str(error))}"
        complain(message, f"this is a defect of rempart; {DEBUG_VARIABLE}=1 shows where it happened", sys.stderr)
        return UNEXPECTED
