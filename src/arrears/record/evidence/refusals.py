"""Why is a file not kept as evidence, or not handed out?"""

from __future__ import annotations

from arrears.core.problems import BadData, Refused


class NotKept(BadData):
    """The file is not of a kind that is kept, is too large, or holds what could act on its own. Nothing was kept.

    `code` names the reason for a page that says it in the reader's language; `named` is what it speaks of.
    """

    def __init__(self, code: str, what: str, why: str, remedy: str, named: str = "") -> None:
        super().__init__(what, why, remedy)
        self.code, self.named = code, named


class EvidenceMissing(Refused):
    """The store does not have the bytes of a piece of evidence."""


class EvidenceAltered(Refused):
    """The store's bytes are not those that were kept."""


class StoreRefused(Refused):
    """The store does not answer, refuses us, or does not lock what it is given."""

    retry_may_help = True


REMEDY_TYPES = "Kept are: PDF, JPEG, PNG, WAV, MP3, OGG, M4A, MP4, plain text (.txt), e-mail (.eml), DOCX and XLSX without macros."


def not_a_kept_type(named: str) -> NotKept:
    """The file is of no type that is kept; `named` is what it looks like."""
    return NotKept("type", f"The file looks like {named}, which is not kept as evidence.", "Some kinds of file can act when they are opened, and some nobody can read in ten years.",
                   f"{REMEDY_TYPES} Save it as one of these; keep the original with the device it came from.", named)


def acts_on_its_own(named: str) -> NotKept:
    """The file holds something that acts when it is opened."""
    return NotKept("active", f"The file holds {named}.", "It could act when a colleague, a judge or an expert opens it.",
                   "Print it to a PDF without this, or photograph it; keep the original with the device it came from.", named)


def hidden_from_view(named: str) -> NotKept:
    """The file cannot be looked into."""
    return NotKept("hidden", f"The file cannot be looked into: {named}.", "What cannot be looked into may hold something that acts when it is opened.",
                   "Save it without password and without packed parts, and add it again.", named)


def too_large(size: str, limit: str) -> NotKept:
    """The file is larger than its kind may be."""
    return NotKept("size", f"The file is larger than {limit}, the most that is kept of this kind{f' (it has {size})' if size else ''}.", "Nothing of it was kept.",
                   "Send it in parts, or as another kind if it is one: recordings may be largest.", limit)
