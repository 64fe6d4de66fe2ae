"""Which page answers which request?

Comes in: a request that `middleware` has let through, inside the person's institution. Goes out: a page. Views stay thin: they read
what was asked for, ask `engine.use_cases.reading` or `casefile.store`, and hand the rows to a template.
"""
