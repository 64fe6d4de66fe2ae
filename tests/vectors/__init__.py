"""Figures that others assert: do we reproduce them?

The JSON files beside this page hold figures of peers' tests and of the law's own examples, each with its source. One judge a file says
whether arrears comes to the same; a case with a field the judge does not know counts as failed.
"""
