"""arrears: an open-source platform for resolving overdue debt.

Its whole life is one sentence, and each verb is a folder: intake → assess → decide → check → act → record → learn.
Data flows right, imports point left; `docs/architecture.md` tells the house to a newcomer.
"""
