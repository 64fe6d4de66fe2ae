"""How is it done: how does what was decided and permitted reach the person?

Comes in: messages that wait, permits of the gate, answers of providers. Goes out: bytes at a provider, and facts that say what was tried and what
is known of it. It exists so that one place decides when a byte may leave, and so that every channel is sent in the same way.
"""
