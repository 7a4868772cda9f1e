"""Benchmarks: each prints a table, writes JSON and says whether its targets were met."""
