"""How fast is it, and how near to what the engine can do at all?

Each measurement runs in a process of its own and reports a rate together with a ratio to a floor measured in the same run, since
machines differ and are noisy. Nothing here is a test: no figure fails anything.
"""
