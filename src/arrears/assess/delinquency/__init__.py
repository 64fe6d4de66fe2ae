"""Who is overdue, since when, with how much?

Comes in: what falls due (instalments, receivables, statements), payments, settings, a date. Goes out: one row an account and one
row a person. Two ideas carry it: *appropriate* (payments → outstanding per item, oldest first) and *age* (outstanding, settings,
date → days, amounts, bucket). Statements have their own first half (`minimums`: what each minimum still misses) and share the second.
"""
