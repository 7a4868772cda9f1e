"""Approvals: by whom, for what, and signed."""
