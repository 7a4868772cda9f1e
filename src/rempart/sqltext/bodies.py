"""Statements inside of statements: DO blocks, bodies of functions, constant strings of EXECUTE."""

from __future__ import annotations
