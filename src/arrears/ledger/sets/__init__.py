"""What is owed, for a whole book at once?

Comes in: what falls due and what was paid, as columns over many accounts; a day; rates and an order of components. Goes out: which part of each
payment counts against which component of which item, what penalty interest ran, and what is left, all in whole minor units. It exists because
a book of millions is not walked through account by account. Each function is an expression without data; its answer is the same, to the unit,
as that of the functions for one account (`ledger.allocation`, `ledger.interest`), and property tests hold the two together.

Two ways. Where claims are fixed, a payment is an interval of the running total of payments, a claim one of the running total of claims, and an
allocation is their overlap (`oldest_first`). Where penalty interest runs and comes before principal, what a payment leaves depends on the
payments before it: the first payment of every account is allocated at once, then the second, and so on (`rounds`; between debts, `debts`).
"""
