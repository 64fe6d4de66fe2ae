"""What is a row of dated amounts worth, which rate is in it, and what does a plan cost?

Comes in: dated amounts in minor units, rates as shares of one a year, terms, plans. Goes out: whole minor units and rates as exact decimals of
fifteen places. It exists so that a debtor who chooses between plans, and a creditor who grants one, look at the same figures, and so that the
all-in rate of a loan can be held against a ceiling. The page is `docs/algorithms/value.md`.
"""
