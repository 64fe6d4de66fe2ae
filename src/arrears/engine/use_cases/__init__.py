"""What can be asked of the product, apart from the nightly run?

Comes in: a home, an institution and a question. Goes out: frozen rows that any door can show. It exists so that a page, a command
and an interface that answer the same question give the same answer.
"""
