"""Which limits does a lender set itself, beyond the law?

Comes in: nothing. Goes out: the lender's own limits as rules of the same kinds as the law's, in `limits`, and their figures in `parameters`.
It exists so that a lender can be stricter than the law, in the one pack that is the lender's to edit; it never stands for the law of a place.
"""
