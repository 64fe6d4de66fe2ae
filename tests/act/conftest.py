"""Stories of sending stand on an institution of their own in a real database, and on mail servers that really listen."""

from tests.casefile.conftest import bank, other_bank, person, store

__all__ = ["bank", "other_bank", "person", "store"]
