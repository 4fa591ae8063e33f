"""SQLModel tables, one module per concept."""
