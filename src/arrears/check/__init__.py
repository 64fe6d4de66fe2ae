"""May we do this, to this person, now?

Comes in: a proposed act, the facts about the person and the debt, the moment, the rule packs. Goes out: a verdict that names every rule that
spoke. It exists so that nothing reaches a person unless the law of the place was asked first.
"""
