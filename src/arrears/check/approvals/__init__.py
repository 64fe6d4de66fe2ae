"""Did a second person approve this?

Comes in: requests for approval (what, by whom, why, until when, with the digest of exactly what is to be approved), decisions and withdrawals as
facts, and a moment. Goes out: how each request stands, and whether a person may ask, decide or take back. It exists so that what concerns many
people (a policy, an experiment) or weighs heavily on one (placement with an agency, a suit) is never one person's or a machine's alone.
"""
