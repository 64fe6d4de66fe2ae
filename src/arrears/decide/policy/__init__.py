"""Which treatment fits this case, by the lender's own table?

Comes in: a decision table in YAML with conditions in SQL over documented case columns. Goes out: one Ibis expression that returns
treatment, rule and reason for every row; the first row that matches wins. What protects a person is asked before the table.
"""
