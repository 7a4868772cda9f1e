"""How the parser's result becomes Python objects, made quick for the time of a run.

The parser makes its nodes from C structures, whose values have the right types; only those of boolean constants are
numbers at first. Each node nevertheless checks and converts every attribute that is set, in Python, and Python's
collector of cycles goes through the growing tree again and again, in which there is none. Together that is six sevenths
of the time of `parse_sql`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pglast import ast

_CHECK = "__setattr__"


@contextmanager
def quick_conversion() -> Iterator[None]:
    """Let the parser make nodes without checks, and switch the collector off, until the end of a `with`.

    Nodes made by hand meanwhile must be given values of the types that the parser gives: enumerations and tuples.
    """
    check = vars(ast.Node).get(_CHECK)
    collects = gc.isenabled()
    gc.disable()
    if check is not None:
        delattr(ast.Node, _CHECK)
        setattr(ast.Boolean, _CHECK, check)
    try:
        yield
    finally:
        if check is not None:
            delattr(ast.Boolean, _CHECK)
            setattr(ast.Node, _CHECK, check)
        if collects:
            gc.enable()
