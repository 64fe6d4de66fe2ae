"""Which figures does the law of the European Union set?

Comes in: nothing. Goes out: the limits of non-performing exposures, forbearance and default, late payment, in `parameters/*.yaml`.
It exists so that these figures are told apart from those of every other place.
"""
