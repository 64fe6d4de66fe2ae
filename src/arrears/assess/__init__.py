"""Stage 2: how does it stand?

Comes in: book tables and a date, as Ibis expressions without data. Goes out: expressions that say, per account and per person,
what is overdue since when. It exists so that every figure is a function of the facts and a date, the same for one case and for
a hundred million accounts.
"""
