"""Of which kind is a rule, and how is a rule of this kind judged?

Comes in: a rule's own fields, a proposed act with its facts. Goes out: what the rule finds. One module a kind; each holds the evaluator for
one record, and is the place where its evaluator for columns will stand. It exists so that a new rule is a page of data and no code.
"""
