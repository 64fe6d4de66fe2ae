"""How do a lender's portfolio files become a book?

Comes in: CSV, Parquet or spreadsheet files and one mapping (YAML) that says which column means what. Goes out: an immutable, numbered batch of Parquet
tables, and an error pool that names each bad value with its row, reason and remedy. It exists so that any lender's export can be
used without writing a program: `guessing` proposes a mapping (`profile` looks at the values, `trade_words` holds the words), `mapping`
and `lookups` read it, `reading` and `spreadsheets` read the files, `checks` states what a good value is, `taking_in` puts them in order
or tries them out, `layout` says where everything lies and which rows hold, `pool` keeps what was refused.
"""
