"""Sequences with two callers: the HTTP API and the command line."""
