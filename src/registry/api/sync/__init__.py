"""Synchronisation with apps that work offline: what they push and what they pull."""
