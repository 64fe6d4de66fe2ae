"""Which figures does the Reserve Bank of India set?

Comes in: nothing. Goes out: the days of special mention accounts and non-performing assets, in `parameters/*.yaml`.
It exists so that these figures are told apart from those of every other place.
"""
