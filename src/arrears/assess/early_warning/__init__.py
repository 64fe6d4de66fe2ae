"""Which debts need somebody's eye tonight, before they grow?

Comes in: tonight's positions and decisions, those of the run before, the items and payments of accounts overdue or due soon, and what was
acknowledged. Goes out: alerts, each of one kind, with its reason as a sentence and its life (new, open, acknowledged, escalated, resolved). It
exists because the first days of a debt are the cheapest ones, and because an alert that comes every night is read by nobody.
"""
