"""What is known, and what was done?

Comes in: events of a case, decisions, holds, published runs. Goes out: the same as dated facts (`facts`, pure) and as rows that nobody
edits (`store`, PostgreSQL), each with its journal entry. It exists so that every conclusion can be derived again from facts.
"""
