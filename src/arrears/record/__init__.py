"""Is what happened kept, provable, and kept no longer than it may be?

Comes in: facts, their entries, files and the figures of law. Goes out: proofs, evidence, and answers about what must be kept and what
must go. It stands apart because lender and debtor both rest on it: neither may be able to change it unseen.
"""
