"""Which figures does the law of the United Kingdom set?

Comes in: nothing. Goes out: limitation and prescription, personal insolvency and breathing space, in `parameters/*.yaml`.
It exists so that these figures are told apart from those of every other place.
"""
