"""Case registry of drug rehabilitation for a province of Viet Nam."""

__version__ = "0.1.0"
