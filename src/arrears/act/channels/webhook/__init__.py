"""How is a message handed to a bridge of the lender's own, which carries it by WhatsApp, WeChat, an app's push or whatever it has?

Comes in: address and words of a message. Goes out: a signed request, what the bridge answered, and, by the same signature, what it tells later. It exists
so that a way of which we know nothing is used under the same permits, caps and records as all others.
"""
