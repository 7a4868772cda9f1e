"""The commands: each parses, calls and renders; the logic is elsewhere."""
