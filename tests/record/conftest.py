"""The stories of the record stand on those of the case file: a store, a bank, a person."""

from tests.casefile.conftest import bank, other_bank, person, store  # noqa: F401
