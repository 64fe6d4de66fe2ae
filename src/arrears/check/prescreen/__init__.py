"""What could be permitted on a coming day, for millions of cases and every channel?

Comes in: the rule packs, the acts in question (one a channel), what the persons have in common (their *profiles*), and, as columns, people and
what happened. Goes out: expressions that give each person and act one of yes, perhaps, deferred, no; from when; by which rule. Pure: no clock,
no database. It exists so that nobody plans a day around contacts that the gate will refuse; the gate stays the judge.

What does not depend on a person's history is asked of the record evaluators in `check.conduct`, once a profile. What does has a column form
beside them: `standing` (conditions, and what stands) and `kinds`. A kind without a column form gets "perhaps".
"""
