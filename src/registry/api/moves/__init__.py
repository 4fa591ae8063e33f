"""Moves between communes: asking for one, and what the answer does."""
