"""Where are facts kept, and how does a row become a fact again?

Comes in: facts and Arrow tables, inside `institution.acting_for(…)`. Goes out: rows of PostgreSQL that only ever grow, each fact with its
journal entry, and facts or Arrow tables read back. It exists so that there is one place that writes facts (`append`), one that
reads them (`load`), one that knows people's numbers (`identity`) and one that holds keys (`vault`).
"""
