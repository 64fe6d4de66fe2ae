"""What does a written document say, and if it cannot be read, which field is wrong and what belongs there?

Comes in: the text of one document in YAML or JSON (which is YAML). Goes out: terms, payments, cash flows, plans as the ledger's own records,
or a refusal that names the field. It exists so that no command reads a field by itself: `reading.py` knows the forms a value can have, each
other module states the fields of one document, and `every.py` lists them all, from which the tests make their table of wrong values.
"""
