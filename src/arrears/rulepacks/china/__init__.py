"""Which figures does the law of mainland China set?

Comes in: nothing. Goes out: the five classes of financial assets (五级分类) by days, shares and losses, in `parameters/*.yaml`.
It exists so that these figures are told apart from those of every other place.
"""
