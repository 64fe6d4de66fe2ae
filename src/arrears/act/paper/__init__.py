"""How does a text become paper?

Comes in: a Typst template and what it is told, as data. Goes out: PDF, the same bytes for the same words and fonts. It exists so that letters to people
and reports to colleagues are set by one hand, and so that a character which no font here has is noticed before it would be a gap.
"""
