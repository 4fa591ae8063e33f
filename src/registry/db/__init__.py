"""Tables and queries. Never commits, never decides, never sees a schema."""
