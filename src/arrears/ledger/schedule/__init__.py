"""Which amounts fall due, and when, by the contract?

Comes in: the terms of one loan (`terms.Terms`). Goes out: its instalments (`terms.Instalment`), whose principal adds up to what was lent.
Two engines, because two conventions are in use: `progressive` works the instalment out from the rates of the very periods, `cumulative`
from the rate of an ordinary period. `make.schedule` chooses.
"""
