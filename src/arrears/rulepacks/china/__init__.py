"""Which figures does the law of mainland China set?

Comes in: nothing. Goes out: the five classes of financial assets (五级分类), what may be charged, court and arbitration fees, limitation and
guarantee periods, deadlines of procedure, personal insolvency, clocks of complaints and credit records, in `parameters/*.yaml`.
It exists so that these figures are told apart from those of every other place.
"""
