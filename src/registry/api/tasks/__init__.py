"""The inbox: whose tasks a caller settles, and what settling them does."""
