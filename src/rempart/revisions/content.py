"""The content of the next revision, found by a process of its own.

Alembic keeps the environment it runs in a module's globals, so that the history cannot be run, to compare with, inside
of one of Alembic's own commands.
"""

from __future__ import annotations

import json
import subprocess
import sys

from rempart.config import Config
from rempart.errors import GateFailure, OperationError, RempartError, UsageError
from rempart.revisions.generate import Content, generate
from rempart.revisions.workbench import workbench

_BY_CODE = {kind.exit_code: kind for kind in (GateFailure, UsageError, OperationError)}


def in_another_process() -> Content:
    """Find what the next revision of the project around the current folder has to do.

    Raises:
        RempartError: See `generate`.
    """
    ran = subprocess.run([sys.executable, "-m", __name__], capture_output=True, check=False)
    try:
        told = json.loads(ran.stdout)
    except ValueError:
        lines = ran.stderr.decode(errors="replace").strip().splitlines()
        raise OperationError(f"the comparison failed: {lines[-1] if lines else 'it said nothing'}") from None
    if "error" in told:
        raise _BY_CODE[told["code"]](told["error"], told["next_step"])
    return Content(tuple(told["upgrade"]), tuple(told["downgrade"]), tuple(told["guarded"]))


def main() -> None:
    """Write the content as JSON to standard output, or the error."""
    told: dict[str, object]
    try:
        with workbench(Config.find()) as bench:
            found = generate(bench).content
        told = {"upgrade": found.upgrade, "downgrade": found.downgrade, "guarded": found.guarded}
    except RempartError as error:
        told = {"error": error.message, "next_step": error.next_step, "code": error.exit_code}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
