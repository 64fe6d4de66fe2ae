"""What came in by the ways on which we write: did a message arrive, and what did the person answer?

Comes in: receipts, replies and bounces, as a provider tells them. Goes out: the same in one form, and what a reply seems to mean. It exists so that
every way is heard in the same way, and so that no word of a person is lost between a provider and the casefile.
"""
