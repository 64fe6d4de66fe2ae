"""How is kept what happened, so that it can be found again, proven to others, and forgotten when its time is over?

Comes in: journal entries as they are written with each fact, and bytes that prove something. Goes out: a sealed log with signed and
time-stamped heads, evidence with its custody, dossiers that anybody can verify, and what may be deleted on a day. It exists apart from
the case because proving and forgetting are promises to people outside: a judge, an auditor, the person who owes.
"""
