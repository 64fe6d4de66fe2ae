"""How are the expressions over a book carried out on Spark, when one machine is outgrown?

Comes in: the steps of `assess` and `decide` (Ibis expressions without data), the book's Parquet files, and what the run keeps beside them, as Parquet.
Goes out: the rows of each step that is asked for, as Parquet, which DuckDB then writes into the run's tables as it writes its own. It exists so that
everything that knows Spark stands in one place: starting and stopping it (`session`), how it is spoken to (`dialect`), what it is asked (`thinking`).
No function in Python runs inside Spark and no portfolio passes through this process.
"""
