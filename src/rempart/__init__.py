"""The database of a petroleum depot as code, and the tool that applies and proves it."""
