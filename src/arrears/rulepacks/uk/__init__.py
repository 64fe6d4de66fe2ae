"""What does the law of the United Kingdom say?

Comes in: nothing. Goes out: figures in `parameters/*.yaml`, and the rules of conduct, breathing space, pre-action and limitation beside them.
It exists so that these rules are told apart from those of every other place.
"""
