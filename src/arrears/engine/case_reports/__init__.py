"""What does a colleague need to know of one case to act on it, on one page?

Comes in: what `use_cases.reading` says of a case (`CaseSources`), a language. Goes out: a `Report` of plain words and figures
(`content`), as one HTML page (`page`) or a PDF (`paper`). Both are made of the same `Report`, so neither can say more than the other. A PDF is refused where the
fonts lack a character (`act.paper.glyphs`), for Typst would leave a gap without a word. `keeping` stores reports sealed, apart from runs, for
30 days.
"""
