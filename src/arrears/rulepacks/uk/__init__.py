"""United Kingdom: which figures does its law set?

Goes out: dated parameters with their sources. They stand here because they are the law's, not the lender's.
"""
