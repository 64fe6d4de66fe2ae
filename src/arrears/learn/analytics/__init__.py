"""How is the book doing, in the trade's own measures?

Comes in: counts and sums by bucket before and now, cohorts, sales and receivables. Goes out: ratios as exact fractions, None where the
denominator is zero. Each measure states the four things on which disputes turn: what is counted, which balance, as of when, over which
cohort or period. Formulas: docs/reference/measures.md.
"""
