"""How does somebody see the product at work without a real person's data?

Comes in: a number of accounts, a seed and a day. Goes out: one batch of a book, of the same shape as an import, with
invented people who owe, pay, forget, struggle and dispute. It exists for the demonstration, the tests and the
benchmarks. `draws` are the chances, `loans` what is owed, `paying` what came back, `people` who they are, `protecting`
what was said to them, `columns` gives it the form of the book's tables, `sorted_file` writes, and `making` puts them in
order. Every figure follows from the seed and a running number, never from how the work was cut into slices.
"""
