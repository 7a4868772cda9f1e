"""Errors a user can act on: what happened, to which object, what to do next."""

from __future__ import annotations

DEBUG_VARIABLE = "REMPART_DEBUG"
"""Environment variable that, set to 1, has every error shown with its traceback."""
UNEXPECTED, INTERRUPTED, BROKEN_PIPE = 3, 130, 141
"""Exit codes of what is no `RempartError`: a defect, Ctrl-C, a reader that has gone."""


class RempartError(Exception):
    """Base of all errors that are shown to a user without a traceback.

    Args:
        message: What happened, and to which object. Never holds a password.
        next_step: What the user can do about it.
    """

    exit_code = 3

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class GateFailure(RempartError):
    """A check ran and said no (exit code 1)."""

    exit_code = 1


class UsageError(RempartError):
    """The command or the configuration is wrong (exit code 2)."""

    exit_code = 2


class OperationError(RempartError):
    """The database could not be reached, or the operation failed and was rolled back (exit code 3)."""

    exit_code = 3
