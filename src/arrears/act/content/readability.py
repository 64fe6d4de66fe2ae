"""How easily is a text read?

English: the grade of Kincaid, Fishburne, Rogers and Chissom (1975), the year of school whose pupils understand it.
Spanish: perspicuity of Szigriszt Pazos (1993) on the scale INFLESZ of Barrio-Cantalejo et al. (2008), 0 to 100, higher is easier.
Chinese: characters of the mean and of the longest sentence, and the share of characters outside the 3755 common ones (GB 2312-1980, level 1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SENTENCE = re.compile(r"[.!?。！？；;:：]+(?=\s|$|[^\x00-\x7f])|\n+")
_LATIN_WORD, _HAN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*"), re.compile(r"[\u3400-\u9fff]")
_ENDED = re.compile(r"[.!?。！？]")
GRADE_MOST, GRADE_MOST_LEGAL = 8, 11
"""English: Plain English guides aim at readers of 13 to 14 years; what the law prescribes may ask for more."""
INFLESZ_LEAST, INFLESZ_LEAST_LEGAL = 55, 45
"""Spanish: from 55 on “normal” for an adult who did not study."""
MEAN_MOST, LONGEST_MOST, RARE_MOST_PER_THOUSAND = 25, 70, 10
MEAN_MOST_LEGAL = 35


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure: its name, its value, the limit, and whether it is kept."""

    measure: str
    value: float
    limit: float
    kept: bool


def readings(text: str, locale: str, *, legal: bool = False) -> tuple[Reading, ...]:
    """All measures of a text.

    >>> [(one.measure, round(one.value, 1), one.kept) for one in readings("Please call us. We can help.", "en")]
    [('Flesch-Kincaid grade', -2.6, True)]
    >>> [(one.measure, one.value, one.kept) for one in readings("请致电我们。我们可以帮助您。", "zh-CN")]
    [('characters of the mean sentence', 6.0, True), ('characters of the longest sentence', 7, True), ('rare characters in a thousand', 0.0, True)]
    """
    text = without_headings(text)
    if locale == "zh-CN":
        return _chinese(text, MEAN_MOST_LEGAL if legal else MEAN_MOST)
    if locale == "es":
        least, score = INFLESZ_LEAST_LEGAL if legal else INFLESZ_LEAST, perspicuity(text)
        return (Reading("INFLESZ", score, least, score >= least),)
    most, grade = GRADE_MOST_LEGAL if legal else GRADE_MOST, kincaid_grade(text)
    return (Reading("Flesch-Kincaid grade", grade, most, grade <= most),)


def kincaid_grade(text: str) -> float:
    """0.39 words a sentence + 11.8 syllables a word - 15.59.

    >>> round(kincaid_grade("The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."), 1)
    11.3
    """
    words = _LATIN_WORD.findall(text)
    return 0.39 * len(words) / len(_sentences(text)) + 11.8 * sum(map(english_syllables, words)) / len(words) - 15.59


def english_syllables(word: str) -> int:
    """How many groups of vowels are spoken? A silent e at the end is none.

    >>> [english_syllables(word) for word in ("pay", "late", "notice", "statement", "agreed", "little", "business", "created")]
    [1, 1, 2, 2, 2, 2, 3, 2]
    """
    plain = word.lower()
    groups = len(re.findall(r"[aeiouy]+", plain))
    if re.search(r"[^aeiouy]e(s|d|ment|ly)?$", plain) and not re.search(r"([^aeiouy]le|[td]ed|[sxz]es|[cg]es)$", plain):
        groups -= 1
    return max(groups, 1)


def perspicuity(text: str) -> float:
    """206.835 - 62.3 syllables a word - words a sentence.

    >>> round(perspicuity("El niño come pan. La casa es roja."), 1)
    109.4
    """
    words = _LATIN_WORD.findall(text)
    return 206.835 - 62.3 * sum(map(spanish_syllables, words)) / len(words) - len(words) / len(_sentences(text))


_DIPHTHONG = re.compile(r"[iuü]?[aeoáéó][iuy]?(?![a-záéíóúü])|[iuü]?[aeoáéó][iuü]?|[íú]|[iuü]+y?|y$")


def spanish_syllables(word: str) -> int:
    """Vowels, with i and u beside another vowel counted with it unless they bear the accent; u is silent in que, qui, gue, gui.

    >>> [spanish_syllables(word) for word in ("pago", "deuda", "quiere", "día", "ayuda", "cuota", "atención", "Le")]
    [2, 2, 2, 2, 3, 2, 3, 1]
    """
    plain = re.sub(r"(?<=[gq])u(?=[eiéí])", "", word.lower())
    return max(len(_DIPHTHONG.findall(plain)), 1)


def _chinese(text: str, mean_most: int) -> tuple[Reading, ...]:
    lengths = [len(_HAN.findall(one)) for one in _sentences(text)]
    lengths = [one for one in lengths if one] or [0]
    characters = _HAN.findall(text)
    rare = 1000 * sum(map(is_rare, characters)) / max(len(characters), 1)
    mean, longest = sum(lengths) / len(lengths), max(lengths)
    return (
        Reading("characters of the mean sentence", mean, mean_most, mean <= mean_most),
        Reading("characters of the longest sentence", longest, LONGEST_MOST, longest <= LONGEST_MOST),
        Reading("rare characters in a thousand", rare, RARE_MOST_PER_THOUSAND, rare <= RARE_MOST_PER_THOUSAND),
    )


def is_rare(character: str) -> bool:
    """Is it outside the first level of GB 2312?

    >>> [is_rare(one) for one in "还款饕餮"]
    [False, False, True, True]
    """
    try:
        first = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return True
    return not 0xB0 <= first <= 0xD7


def _sentences(text: str) -> list[str]:
    return [one for one in _SENTENCE.split(text) if one.strip()] or [text]


def without_headings(text: str) -> str:
    """The lines that hold a whole sentence: headings and lists would make every text look easy.

    >>> without_headings("What you can do\\nPlease call us.\\n[ ] Other")
    'Please call us.'
    """
    return "\n".join(line for line in text.splitlines() if _ENDED.search(line)) or text
