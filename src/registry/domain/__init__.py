"""Rules and concepts of the registry: standard library only, no clock, no I/O."""
