"""The rooms of the house: what a kind of record is, how it is written, and its routes."""
