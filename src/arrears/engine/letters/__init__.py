"""How is a person told something in writing?

Comes in: what is to be told, as data. Goes out: a page (HTML) and a paper (PDF) in Chinese or English, from one list of paragraphs, so that
the two never say different things. Letters to people are apart from reports to colleagues: they are read by somebody who may be frightened.
"""
