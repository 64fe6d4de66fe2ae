"""Which figures do standards set that hold in many countries?

Comes in: nothing. Goes out: the presumptions of IFRS 9, in `parameters/*.yaml`.
It exists so that these figures are told apart from those of every other place.
"""
