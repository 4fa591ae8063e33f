"""Emergency access: how it is asked for, what it opens, and what its tasks do."""
