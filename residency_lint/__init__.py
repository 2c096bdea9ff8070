"""Says where code really sends data, and whether that place is inside the declared region."""

__version__ = "0.1.0"
