"""What was done, and how is it proven later?

Comes in: facts of the case file and files of the outside world. Goes out: what a person, an auditor or a court is shown of them, with
the proof that it is what was written then. Kept apart from `casefile`, since keeping and proving must not depend on what is recorded.
"""
