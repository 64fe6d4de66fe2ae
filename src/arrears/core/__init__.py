"""What is everything made of?

Comes in: nothing of ours; this is the ground floor. Goes out: money, ids, sentences, problems and the shape of a book,
used by every other room. It exists so that a cent, an id or an error means the same thing everywhere.
"""
