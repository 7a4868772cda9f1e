"""The integrity alerts of a project: the sync that keeps them, and what they say now."""
