"""Plans: how their targets stand, computed by the engine of the reports."""
