"""Which figures do the supervisors and credit bureaus of the United States set?

Comes in: nothing. Goes out: retail credit classification and Metro 2 account status, in `parameters/*.yaml`.
It exists so that these figures are told apart from those of every other place.
"""
