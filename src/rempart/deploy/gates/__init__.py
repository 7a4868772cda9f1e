"""The gates before an environment."""
