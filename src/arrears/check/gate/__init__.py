"""May this person be contacted now, and who has been promised the right to do so?

Comes in: requests (a proposed contact, and what is known about the person and the debt outside the casefile), the moment, the rule packs. Goes
out: a `Permit` for each contact that is permitted, good once and for a time, or a `Refusal` with the rules in the way and the next moment.
Both are in the record when the transaction ends. It exists so that nothing reaches a person without a permit, and so that two workers who ask
at the same moment cannot both be told that there is one contact left.
"""
