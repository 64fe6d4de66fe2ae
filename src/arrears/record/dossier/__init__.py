"""What does somebody outside need to check a case without us: a judge, an expert, the person who owes?

Comes in: journal entries with values and salts, proofs and signed heads, time-stamps, evidence, pages. Goes out: a *bundle* (`bundle`), one
file or folder in which every byte is accounted for (`container`), signed, redacted where asked (`redaction`), and *receipts* of single
entries (`receipt`). The form is described in `docs/reference/bundle.md`; `record/verifier.py` reads it and shares no line with this folder.
"""
