"""In which order do the seven verbs run?

Comes in: a `Home`, a book, a day. Goes out: a published run, and answers to the questions that doors ask. It exists so that the order
of the work stands in one place and every door (pages, commands, HTTP) does the same thing by the same function.
"""
