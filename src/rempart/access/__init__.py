"""Personas, and what each of them really gets from a database."""
