"""Which dated facts does a case consist of?

Comes in: values. Goes out: frozen facts, functions that answer "as of this day", and the canonical form in which a fact is
hashed into the journal. No database, no clock, no chance: whoever holds the facts gets the same answer on every machine.
"""
