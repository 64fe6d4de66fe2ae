"""Which treatment fits this scene, told as a story and played for real?

Comes in: a story file (people, debts, dated facts, expected treatments). Goes out: what the machine decided on each day beside what was expected.
Why it exists: new staff learn a policy from stories, an analyst tries hers on them, and each is a test of the shipped policies.
"""
