"""What does the law say about one proposed act?

Comes in: rules as data (each of a known kind), a proposed act, dated facts, a moment. Goes out: permitted, deferred or refused, with every
rule that spoke, its citation, the facts it used and the next moment at which it would permit. Pure: no clock, no database, no chance.
It exists so that law is read by one door, and so that the same question asked twice has the same answer.
"""
