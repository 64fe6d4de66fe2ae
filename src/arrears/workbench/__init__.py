"""What does a colleague see and do?

Comes in: a signed-in person of an institution and the rows that `engine.use_cases` reads for them. Goes out: pages, in Chinese and
English, that say who needs what today and why. It exists so that nobody has to open another system to act on a case; it decides
nothing itself.
"""
