"""Audit of a live database: the linter's rules on its catalog, what the anonymous role gets, drift. It only reads."""
