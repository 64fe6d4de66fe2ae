"""Stories about the gate stand on an institution of their own in a real database, as those of the casefile do."""

from tests.casefile.conftest import bank, other_bank, person, store

__all__ = ["bank", "other_bank", "person", "store"]
