"""What is owed, exactly?

Comes in: terms of a loan, dated due amounts, one payment, figures of law as arguments. Goes out: due dates, schedules, interest, and how a
payment was allocated, all in whole minor units. It exists so that every amount shown, demanded or sued for is worked out in one place, by
pure functions that name their convention and their rounding. It knows nothing of files, databases, jurisdictions or today.
"""
