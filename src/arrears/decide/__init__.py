"""Stage 3: what would be best?

Comes in: how each person stands (columns), the lender's policy (data). Goes out: an expression that gives every case a treatment,
the rule that chose it and a reason in words. It exists so that a choice is readable before it is made and explained after.
"""
