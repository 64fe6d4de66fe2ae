"""What can somebody who got a message from us do, without an account?

Comes in: a code from a message, a wish to get no more e-mails, a provider's signed word. Goes out: whether the message is genuine (sender, channel and
day, nothing of person or debt), the wish on record, an answer to the provider. It exists so that nobody has to believe a message because it says so.
"""
