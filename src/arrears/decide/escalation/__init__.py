"""What would the legal path cost, and which days does the law set on it?

Comes in: amounts, days and facts of one claim, and the dated figures of a jurisdiction. Goes out: a fee, a last day, a yes or no, each with
its working line by line and the figures it rests on (`core.workings.Worked`). It exists so that whoever weighs a suit, a payment order or
waiting sees the law's own arithmetic, and sees which of its figures nobody has confirmed yet.
"""
