"""How are the rooms put together?

Comes in: a home, the environment, the command line. Goes out: a running database, a configured Django, and the doors opened on them.
It exists so that everything else can be built and tested without knowing where it runs: only this room starts the database and
configures Django.
"""
