"""How is an e-mail written and handed to a mail server?

Comes in: address, subject, text. Goes out: a message with the headers that mail servers and readers expect, and what the server said of it. It
exists so that an e-mail is either surely handed over, surely not, or known to be uncertain.
"""
