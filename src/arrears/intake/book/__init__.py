"""How do a lender's portfolio files become a book?

Comes in: CSV files and one mapping (YAML) that says which column means what. Goes out: an immutable, numbered batch of Parquet
tables, and an error pool that names each bad value with its row, reason and remedy. It exists so that any lender's export can be
used without writing a program: `mapping` reads the mapping, `reading` the files, `checks` states what a good value is, `taking_in`
puts them in order, `layout` says where everything lies, `pool` keeps what was refused.
"""
