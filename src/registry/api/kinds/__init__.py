"""The kinds of records: their rules at the edge, their words for the manual."""
