"""By which ways are messages carried? One folder a channel, all of one shape (`act.sending`); none knows another.

Comes in: messages that may be sent. Goes out: what the provider says of each. It exists so that a new way is a new folder and nothing else.
"""
