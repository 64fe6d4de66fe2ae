"""How is something said to people of two languages?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The same sentence in English and in Chinese; neither is a translation aid for the other, both are read by people.

    >>> Sentence("Due tomorrow.", "明天到期。").in_language("zh")
    '明天到期。'
    """

    en: str
    zh: str

    def in_language(self, language: Language) -> str:
        """Which words does a reader of `language` see?"""
        return self.zh if language == "zh" else self.en
