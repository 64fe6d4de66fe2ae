"""What may be deleted on this day, what must be kept and until when, and what needs a person's word?

Comes in: records with the day from which their time counts, duties with their dated figures, legal holds. Goes out: a verdict for each.
Nothing is deleted and nothing is read here: a duty to keep and a duty to delete meet in one place, and no folder or table hides it.
"""
