"""How does a text message reach a phone, and how is heard what came of it and what the person answered?

Comes in: number and words. Goes out: what the provider said of each message, receipts, and replies. It exists so that a text message of any length and
alphabet is either surely handed over, surely not, or known to be uncertain, and so that nothing a person writes back is lost.
"""
