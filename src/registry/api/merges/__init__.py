"""Merging people: asking for it, approving it, undoing it."""
