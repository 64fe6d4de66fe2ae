"""What came in?

Comes in: files from a lender's systems. Goes out: a batch of the book (Parquet tables) and a list of everything that was wrong with
the files. It exists so that no later room ever has to doubt a type, a unit, an id or a key.
"""
