"""What can be proved afterwards, and to whom does it belong?

Comes in: facts, and what people ask to see of them. Goes out: records, evidence, masked or opened values, exports. It exists so that a
lender can show that it behaved, and a person can see, take along and have erased what is kept about them.
"""
