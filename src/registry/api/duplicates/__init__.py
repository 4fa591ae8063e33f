"""Duplicates: whom a write may have recorded a second time, and who is told of it."""
