"""Does one way of treating people work better than another, and is anybody harmed while we find out?

Comes in: for each arm of an experiment how many people there are and integer sums of what they paid, what they cost, how many complained.
Goes out: differences with intervals that hold at every look, however often somebody looks; an alarm when the arms are not of the sizes
they were drawn in; an alarm when complaints pile up in one arm; and the chance of finding an effect of a given size. It exists so that a
manager may look every morning and stop on any of them without fooling himself. Sources and promises: docs/algorithms/experiments.md.
"""
